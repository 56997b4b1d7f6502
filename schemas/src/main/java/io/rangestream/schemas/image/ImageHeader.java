package io.rangestream.schemas.image;

import io.rangestream.avro.Encoding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * What the first bytes of an image say, read without decoding a pixel: a header that claims more pixels than allowed
 * must be refused before anyone allocates memory for them.
 *
 * @param encoding JPEG, PNG or BMP, by the magic bytes
 * @param width pixels, at least 1
 * @param height pixels, at least 1
 */
public record ImageHeader(Encoding encoding, int width, int height) {
    private static final long PNG_MAGIC = 0x89504E470D0A1A0AL;
    private static final int PNG_IHDR = 0x49484452;
    private static final int BMP_HEADER = 54;
    private static final int BMP_RGB = 0;
    private static final int BMP_BITFIELDS = 3;

    /** Number of pixels. */
    public long pixels() {
        return (long) width * height;
    }

    /** The header of a JPEG (ITU T.81), PNG (ISO 15948) or BMP file; empty if the bytes are none of these. */
    public static Optional<ImageHeader> read(byte[] image) {
        if (image.length >= 4 && (image[0] & 0xFF) == 0xFF && (image[1] & 0xFF) == 0xD8) {
            return readJpeg(image);
        }
        var bytes = ByteBuffer.wrap(image);
        if (image.length >= 33 && bytes.getLong(0) == PNG_MAGIC && bytes.getInt(12) == PNG_IHDR) {
            return of(Encoding.PNG, bytes.getInt(16), bytes.getInt(20));
        }
        if (image.length >= BMP_HEADER && image[0] == 'B' && image[1] == 'M') {
            return readBmp(bytes.order(ByteOrder.LITTLE_ENDIAN));
        }
        return Optional.empty();
    }

    /**
     * Checks a crop of a declared encoding.
     *
     * @param width for RAW_RGB the width of the crop; otherwise ignored
     * @param height for RAW_RGB the height of the crop; otherwise ignored
     * @throws InvalidImageException if the bytes are not what they are declared to be
     */
    public static ImageHeader check(byte[] image, Encoding encoding, int width, int height) {
        if (image.length == 0) {
            throw new InvalidImageException("the image is empty");
        }
        if (encoding == Encoding.RAW_RGB) {
            if (width < 1 || height < 1 || (long) width * height * 3 != image.length) {
                throw new InvalidImageException(
                        "%d bytes are no RAW_RGB of %d x %d".formatted(image.length, width, height));
            }
            return new ImageHeader(encoding, width, height);
        }
        ImageHeader header = read(image).orElseThrow(() -> new InvalidImageException("not a JPEG, PNG or BMP image"));
        if (header.encoding() != encoding) {
            throw new InvalidImageException(
                    "declared as %s but the bytes are %s".formatted(encoding, header.encoding()));
        }
        return header;
    }

    /**
     * Uncompressed, with BITMAPINFOHEADER or longer. The JDK's reader allocates a palette by what the offset of the pixels
     * and the number of colours claim, and for run lengths by the size that is claimed: gigabytes, if the bytes lie.
     */
    private static Optional<ImageHeader> readBmp(ByteBuffer bytes) {
        long pixelsAt = Integer.toUnsignedLong(bytes.getInt(10));
        int headerSize = bytes.getInt(14);
        int compression = bytes.getInt(30);
        long colours = Integer.toUnsignedLong(bytes.getInt(46));
        boolean plausible = pixelsAt >= BMP_HEADER
                && pixelsAt < bytes.capacity()
                && headerSize >= BMP_HEADER - 14
                && (compression == BMP_RGB || compression == BMP_BITFIELDS)
                && colours <= 256;
        // A negative height says that the rows run from the top.
        return plausible ? of(Encoding.BMP, bytes.getInt(18), Math.abs(bytes.getInt(22))) : Optional.empty();
    }

    private static Optional<ImageHeader> readJpeg(byte[] image) {
        int at = 2;
        while (at + 9 < image.length) {
            if ((image[at] & 0xFF) != 0xFF) {
                return Optional.empty();
            }
            int marker = image[at + 1] & 0xFF;
            if (marker == 0xFF) {
                at++; // fill byte
            } else if (isStartOfFrame(marker)) {
                return of(Encoding.JPEG, unsignedShort(image, at + 7), unsignedShort(image, at + 5));
            } else if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {
                at += 2; // markers without a segment
            } else {
                at += 2 + Math.max(2, unsignedShort(image, at + 2));
            }
        }
        return Optional.empty();
    }

    /** SOF0 … SOF15 without DHT, JPG and DAC, which share their range. */
    private static boolean isStartOfFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    private static int unsignedShort(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
    }

    private static Optional<ImageHeader> of(Encoding encoding, int width, int height) {
        return width < 1 || height < 1 ? Optional.empty() : Optional.of(new ImageHeader(encoding, width, height));
    }
}
