package io.rangestream.schemas.image;

import io.rangestream.avro.Encoding;

/**
 * Decodes face crops to the square size a network takes. The same bytes give the same pixels in the learner and in every
 * Java consumer; {@code docs/protocol.md} says how to get them in another language. Not thread-safe: the JDK's readers are
 * reused, one decoder per thread.
 */
public final class CropDecoder implements AutoCloseable {
    /**
     * The version of the way from bytes to pixels. Models are trained on its pixels, so it is part of a model's network; it
     * changes whenever any picture comes out otherwise.
     */
    public static final int PREPROCESSING = 2;

    private final int size;
    private final long maxPixels;
    private final JpegPixels jpeg = new JpegPixels();
    private final PngPixels png = new PngPixels();

    /**
     * @param size side of the decoded crop, pixels
     * @param maxPixels larger images are refused before they are decoded
     */
    public CropDecoder(int size, long maxPixels) {
        this.size = size;
        this.maxPixels = maxPixels;
    }

    /**
     * The crop as planar 8-bit RGB of shape {@code [3, size, size]}: upright, over black where it is transparent, both sides
     * scaled to {@code size} whatever their proportion.
     *
     * @param width for RAW_RGB, pixels
     * @param height for RAW_RGB, pixels
     * @throws InvalidImageException if the bytes are no such image, or damaged; the reason is one line
     */
    public byte[] decode(byte[] image, Encoding encoding, int width, int height) {
        Picture picture = open(image, encoding, width, height);
        ImageHeader header = picture.header();
        byte[] planes =
                Resampler.to(size, size, header.width(), header.height()).planes(picture.rows());
        return picture.orientation().upright(planes, size, size);
    }

    /**
     * The whole picture, upright, scaled down with its proportions so that no side is longer than {@code maxSide}; a picture
     * that fits is left as large as it is. Rounding never takes a picture beyond {@link ImageLimits#MAX_ASPECT}.
     *
     * @param maxSide pixels, at least 1
     * @throws InvalidImageException as {@link #decode}
     */
    public RgbImage fit(byte[] image, Encoding encoding, int maxSide) {
        Picture picture = open(image, encoding, 0, 0);
        ImageHeader header = picture.header();
        int longer = Math.max(header.width(), header.height());
        double scale = Math.min(1, (double) maxSide / longer);
        int shortest = (int) Math.ceil(Math.round(longer * scale) / (double) ImageLimits.MAX_ASPECT);
        int width = (int) Math.max(shortest, Math.round(header.width() * scale));
        int height = (int) Math.max(shortest, Math.round(header.height() * scale));
        byte[] planes =
                Resampler.to(width, height, header.width(), header.height()).planes(picture.rows());
        boolean transposes = picture.orientation().transposes();
        return new RgbImage(
                transposes ? height : width,
                transposes ? width : height,
                picture.orientation().upright(planes, width, height));
    }

    /**
     * Bytes of the heap that {@link #fit} takes at most, about: the decoded samples, some copies of the file, and the sums and
     * pixels of the result.
     *
     * @throws InvalidImageException as {@link #decode}
     */
    public static long memory(byte[] image, Encoding encoding, int maxSide) {
        ImageHeader header = ImageHeader.check(image, encoding, 0, 0);
        int samples =
                switch (encoding) {
                    case JPEG -> JpegFile.scan(image).bands();
                    case PNG -> PngFile.scan(image).bytesOfPixel();
                    case BMP, RAW_RGB -> 0; // read row by row
                };
        double scale = Math.min(1, (double) maxSide / Math.max(header.width(), header.height()));
        return header.pixels() * samples + 4L * image.length + (long) (header.pixels() * scale * scale * 18);
    }

    @Override
    public void close() {
        jpeg.close();
        png.close();
    }

    private record Picture(ImageHeader header, Orientation orientation, PixelRows rows) {}

    private Picture open(byte[] image, Encoding encoding, int width, int height) {
        if (encoding == Encoding.RAW_RGB) {
            ImageHeader header = allowed(ImageHeader.check(image, encoding, width, height));
            return new Picture(
                    header,
                    Orientation.UPRIGHT,
                    (y, rgb) -> System.arraycopy(image, y * rgb.length, rgb, 0, rgb.length));
        }
        ImageHeader.requireEncoding(image, encoding);
        return switch (encoding) {
            case JPEG -> {
                JpegFile file = JpegFile.scan(image);
                allowed(file.header());
                yield new Picture(file.header(), file.orientation(), jpeg.decode(image, file));
            }
            case PNG -> {
                PngFile file = PngFile.scan(image);
                allowed(file.header());
                yield new Picture(file.header(), file.orientation(), png.decode(image, file));
            }
            case BMP -> {
                BmpFile file = BmpFile.scan(image);
                allowed(file.header());
                yield new Picture(file.header(), Orientation.UPRIGHT, BmpPixels.decode(image, file));
            }
            case RAW_RGB -> throw new AssertionError();
        };
    }

    private ImageHeader allowed(ImageHeader header) {
        if (header.pixels() > maxPixels) {
            throw new InvalidImageException("%d x %d pixels are more than the %d allowed"
                    .formatted(header.width(), header.height(), maxPixels));
        }
        return header;
    }
}
