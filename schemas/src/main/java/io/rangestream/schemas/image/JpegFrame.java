package io.rangestream.schemas.image;

import io.rangestream.avro.Encoding;

/** A JPEG's frame header (ITU T.81, B.2.2), and which coefficients its scans have brought so far. Not thread-safe. */
final class JpegFrame {
    private static final int PROGRESSIVE = 0xC2;

    private final ImageHeader header;
    private final boolean progressive;
    private final int[] ids;

    /** Horizontal times vertical sampling factor of each component. */
    private final int[] blocks;

    /** Per component a bit for each coefficient that has come in full. */
    private final long[] complete;

    private JpegFrame(ImageHeader header, boolean progressive, int[] ids, int[] blocks) {
        this.header = header;
        this.progressive = progressive;
        this.ids = ids;
        this.blocks = blocks;
        this.complete = new long[ids.length];
    }

    static boolean isSequential(int marker) {
        return starts(marker) && marker != PROGRESSIVE;
    }

    /** SOF0 … SOF15 without DHT, JPG and DAC, which share their range. */
    static boolean starts(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    /** @throws InvalidImageException if it is a frame that is not decoded; the reason names its kind */
    static JpegFrame read(byte[] image, int marker, int from, int to) {
        String kind =
                switch (marker) {
                    case 0xC3, 0xC7, 0xCB, 0xCF -> "lossless";
                    case 0xC5, 0xC6, 0xCD, 0xCE -> "hierarchical";
                    case 0xC9, 0xCA -> "arithmetic-coded";
                    default -> "";
                };
        if (!kind.isEmpty()) {
            throw new InvalidImageException("a JPEG of a kind that is not decoded: " + kind);
        }
        int components = to - from < 6 ? 0 : image[from + 5] & 0xFF;
        if (to - from < 6 + 3 * components || components == 0) {
            throw new InvalidImageException("a damaged JPEG: its frame header is too short");
        }
        int precision = image[from] & 0xFF;
        if (precision != 8) {
            throw new InvalidImageException("a JPEG of a kind that is not decoded: %d bits".formatted(precision));
        }
        if (components == 2 || components > 4) {
            throw new InvalidImageException("a JPEG of %d components: only 1, 3 and 4 are known".formatted(components));
        }
        int height = JpegFile.unsignedShort(image, from + 1);
        int width = JpegFile.unsignedShort(image, from + 3);
        if (height == 0) {
            throw new InvalidImageException("a JPEG of a kind that is not decoded: its height comes later (DNL)");
        }
        var header = ImageLimits.check(new ImageHeader(Encoding.JPEG, width, height));
        return new JpegFrame(
                header, !isSequential(marker), ids(image, from, components), blocks(image, from, components));
    }

    private static int[] ids(byte[] image, int from, int components) {
        var ids = new int[components];
        for (int i = 0; i < components; i++) {
            ids[i] = image[from + 6 + 3 * i] & 0xFF;
            for (int j = 0; j < i; j++) {
                if (ids[i] == ids[j]) {
                    throw new InvalidImageException("a damaged JPEG: two components of one name");
                }
            }
        }
        return ids;
    }

    /** Sampling factors are 1 to 4, and whole fractions of the largest. */
    private static int[] blocks(byte[] image, int from, int components) {
        int maxHorizontal = 1;
        int maxVertical = 1;
        for (int i = 0; i < components; i++) {
            int factors = image[from + 7 + 3 * i] & 0xFF;
            maxHorizontal = Math.max(maxHorizontal, factors >> 4);
            maxVertical = Math.max(maxVertical, factors & 15);
        }
        var blocks = new int[components];
        for (int i = 0; i < components; i++) {
            int horizontal = (image[from + 7 + 3 * i] & 0xFF) >> 4;
            int vertical = image[from + 7 + 3 * i] & 15;
            if (horizontal == 0 || vertical == 0 || maxHorizontal > 4 || maxVertical > 4) {
                throw new InvalidImageException(
                        "a damaged JPEG: sampling factors of %d x %d".formatted(horizontal, vertical));
            }
            if (maxHorizontal % horizontal != 0 || maxVertical % vertical != 0) {
                throw new InvalidImageException("a JPEG of a kind that is not decoded: fractional sampling factors");
            }
            blocks[i] = horizontal * vertical;
        }
        return blocks;
    }

    ImageHeader header() {
        return header;
    }

    /**
     * Notes what a scan header (B.2.3) says that its scan brings. In a sequential frame each brings all of its components, and
     * the parameters that should say so are ignored.
     */
    void scan(byte[] image, int from, int to) {
        int components = to > from ? image[from] & 0xFF : 0;
        if (components == 0 || components > ids.length || to - from < 4 + 2 * components) {
            throw new InvalidImageException("a damaged JPEG: a scan of %d components".formatted(components));
        }
        int first = progressive ? image[to - 3] & 0xFF : 0;
        int last = progressive ? image[to - 2] & 0xFF : 63;
        int low = progressive ? image[to - 1] & 15 : 0;
        if (first > last || last > 63) {
            throw new InvalidImageException(
                    "a damaged JPEG: a scan of the coefficients %d to %d".formatted(first, last));
        }
        long coefficients = (-1L << first) & (-1L >>> (63 - last));
        int inUnit = 0;
        for (int i = 0; i < components; i++) {
            int component = component(image[from + 1 + 2 * i] & 0xFF);
            inUnit += blocks[component];
            if (low == 0) {
                complete[component] |= coefficients;
            }
        }
        if (components > 1 && inUnit > 10) {
            throw new InvalidImageException("a damaged JPEG: %d blocks in a unit".formatted(inUnit));
        }
    }

    private int component(int id) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == id) {
                return i;
            }
        }
        throw new InvalidImageException("a damaged JPEG: a scan of component %d, which it has not".formatted(id));
    }

    /** @throws InvalidImageException if a component is missing from all scans, or its last bits are */
    void requireComplete() {
        for (long coefficients : complete) {
            if (coefficients != -1L) {
                throw new InvalidImageException("a JPEG that is incomplete: scans are missing");
            }
        }
    }

    /** @param adobeTransform of Adobe's marker, -1 if there is none */
    JpegFile.Colour colour(boolean jfif, int adobeTransform) {
        if (ids.length == 1) {
            return JpegFile.Colour.GREY;
        }
        if (ids.length == 4) {
            return adobeTransform <= 0 ? JpegFile.Colour.CMYK : JpegFile.Colour.YCCK;
        }
        boolean rgb = adobeTransform == 0 || (adobeTransform == -1 && ids[0] == 'R' && ids[1] == 'G' && ids[2] == 'B');
        return rgb && !jfif ? JpegFile.Colour.RGB : JpegFile.Colour.YCBCR;
    }
}
