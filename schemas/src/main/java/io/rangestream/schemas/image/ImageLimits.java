package io.rangestream.schemas.image;

/**
 * What a picture may be, whatever the configuration says. The limits are constants, so that every role takes and leaves
 * the same pictures and a run can be repeated. They are checked by the header, before memory is allocated.
 */
public final class ImageLimits {
    /** Pixels. One block of a JPEG: what is smaller holds no face. */
    public static final int MIN_SIDE = 8;

    /** Pixels. */
    public static final int MAX_SIDE = 8192;

    /** Longer side over shorter side. A crop becomes square by scaling, and such a face is not recognisable any more. */
    public static final int MAX_ASPECT = 8;

    /** Bytes of an encoded picture. */
    public static final int MAX_BYTES = 32 << 20;

    /** Scans of a JPEG; encoders make about ten. */
    public static final int MAX_SCANS = 64;

    /** Scans times pixels of a JPEG: each scan may cost as much as all pixels do, however few bytes it has. */
    public static final long MAX_SCAN_PIXELS = 1L << 27;

    private ImageLimits() {}

    /** @throws InvalidImageException if the sides are outside the limits */
    static ImageHeader check(ImageHeader header) {
        int shorter = Math.min(header.width(), header.height());
        int longer = Math.max(header.width(), header.height());
        String size = "%d x %d pixels".formatted(header.width(), header.height());
        if (shorter < MIN_SIDE) {
            throw new InvalidImageException("%s: a side is shorter than %d".formatted(size, MIN_SIDE));
        }
        if (longer > MAX_SIDE) {
            throw new InvalidImageException("%s: a side is longer than %d".formatted(size, MAX_SIDE));
        }
        if (longer > shorter * MAX_ASPECT) {
            throw new InvalidImageException("%s: one side is more than %d times the other".formatted(size, MAX_ASPECT));
        }
        return header;
    }

    /** @throws InvalidImageException if decoding would cost too much for the picture's pixels */
    static void checkScans(int scans, ImageHeader header) {
        if (scans > MAX_SCANS || scans * header.pixels() > MAX_SCAN_PIXELS) {
            throw new InvalidImageException("a JPEG of more scans than %d, or than %d over its %d pixels"
                    .formatted(MAX_SCANS, MAX_SCAN_PIXELS, header.pixels()));
        }
    }

    /** @throws InvalidImageException if there are too many bytes, or none */
    static void checkBytes(byte[] image) {
        if (image.length == 0) {
            throw new InvalidImageException("the image is empty");
        }
        if (image.length > MAX_BYTES) {
            throw new InvalidImageException(
                    "an image of %d bytes is larger than %d".formatted(image.length, MAX_BYTES));
        }
    }
}
