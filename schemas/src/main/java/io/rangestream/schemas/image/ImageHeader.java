package io.rangestream.schemas.image;

import io.rangestream.avro.Encoding;
import java.util.Optional;

/**
 * What the first bytes of an image say, read without decoding a pixel: a header that claims more pixels than allowed
 * must be refused before anyone allocates memory for them.
 *
 * @param encoding JPEG, PNG or BMP, by the magic bytes
 * @param width pixels as they are stored, at least 1; Exif may have width and height change places
 * @param height pixels as they are stored, at least 1
 */
public record ImageHeader(Encoding encoding, int width, int height) {

    /** Number of pixels. */
    public long pixels() {
        return (long) width * height;
    }

    /**
     * The header of a JPEG (ITU T.81), PNG (ISO 15948) or BMP file, believed without a look at what follows; empty if the
     * bytes are none of these.
     */
    public static Optional<ImageHeader> read(byte[] image) {
        if (JpegFile.leads(image)) {
            return JpegFile.header(image);
        }
        if (PngFile.leads(image)) {
            return PngFile.header(image);
        }
        return BmpFile.leads(image) ? BmpFile.header(image) : Optional.empty();
    }

    /**
     * Checks a crop of a declared encoding from its first byte to its end, without decoding a pixel: {@link ImageLimits}, and
     * that nothing of it is missing. What only a decoder sees, damage inside the compressed pixels, remains.
     *
     * @param width for RAW_RGB the width of the crop; otherwise ignored
     * @param height for RAW_RGB the height of the crop; otherwise ignored
     * @throws InvalidImageException if the bytes are not what they are declared to be, or no usable crop
     */
    public static ImageHeader check(byte[] image, Encoding encoding, int width, int height) {
        ImageLimits.checkBytes(image);
        if (encoding == Encoding.RAW_RGB) {
            return checkRaw(image, width, height);
        }
        requireEncoding(image, encoding);
        return switch (encoding) {
            case JPEG -> JpegFile.scan(image).header();
            case PNG -> PngFile.scan(image).header();
            case BMP -> BmpFile.scan(image).header();
            case RAW_RGB -> throw new AssertionError();
        };
    }

    /**
     * The encoding of an image, by its magic bytes.
     *
     * @throws InvalidImageException if it is none that is taken; the reason names the format where it is known
     */
    public static Encoding encodingOf(byte[] image) {
        if (JpegFile.leads(image)) {
            return Encoding.JPEG;
        }
        if (PngFile.leads(image)) {
            return Encoding.PNG;
        }
        if (BmpFile.leads(image)) {
            return Encoding.BMP;
        }
        throw new InvalidImageException("not a JPEG, PNG or BMP image"
                + ForeignFormat.name(image).map(name -> " but " + name).orElse(""));
    }

    /** @throws InvalidImageException if there are too many bytes, or they are of another encoding */
    static void requireEncoding(byte[] image, Encoding encoding) {
        ImageLimits.checkBytes(image);
        Encoding found = encodingOf(image);
        if (found != encoding) {
            throw new InvalidImageException("declared as %s but the bytes are %s".formatted(encoding, found));
        }
    }

    private static ImageHeader checkRaw(byte[] image, int width, int height) {
        if (width < 1 || height < 1 || (long) width * height * 3 != image.length) {
            throw new InvalidImageException(
                    "%d bytes are no RAW_RGB of %d x %d".formatted(image.length, width, height));
        }
        return ImageLimits.check(new ImageHeader(Encoding.RAW_RGB, width, height));
    }

    /** A header, if its sides are positive. */
    static Optional<ImageHeader> of(Encoding encoding, int width, int height) {
        return width < 1 || height < 1 ? Optional.empty() : Optional.of(new ImageHeader(encoding, width, height));
    }
}
