package io.rangestream.schemas.image;

/**
 * Where the stored rows and columns of a picture belong, by the eight values of Exif: what is stored is transposed first,
 * if at all, then mirrored.
 */
enum Orientation {
    UPRIGHT(false, false, false),
    MIRRORED(false, true, false),
    UPSIDE_DOWN(false, true, true),
    FLIPPED(false, false, true),
    TRANSPOSED(true, false, false),
    QUARTER_RIGHT(true, true, false),
    TRANSVERSED(true, true, true),
    QUARTER_LEFT(true, false, true);

    private static final Orientation[] VALUES = values();

    private final boolean transposes;
    private final boolean mirrorsColumns;
    private final boolean mirrorsRows;

    Orientation(boolean transposes, boolean mirrorsColumns, boolean mirrorsRows) {
        this.transposes = transposes;
        this.mirrorsColumns = mirrorsColumns;
        this.mirrorsRows = mirrorsRows;
    }

    /** @param exif 1 to 8; anything else says nothing, so the picture is upright */
    static Orientation of(long exif) {
        return exif >= 1 && exif <= VALUES.length ? VALUES[(int) exif - 1] : UPRIGHT;
    }

    /** Whether width and height change places. */
    boolean transposes() {
        return transposes;
    }

    /**
     * The picture as it is meant.
     *
     * @param stored planar {@code [3, height, width]}
     * @return planar {@code [3, height, width]}, or {@code [3, width, height]} if this transposes
     */
    byte[] upright(byte[] stored, int width, int height) {
        if (this == UPRIGHT) {
            return stored;
        }
        int toWidth = transposes ? height : width;
        int toHeight = transposes ? width : height;
        var upright = new byte[stored.length];
        int to = 0;
        for (int plane = 0; plane < stored.length; plane += width * height) {
            for (int row = 0; row < toHeight; row++) {
                for (int column = 0; column < toWidth; column++) {
                    int y = mirrorsRows ? toHeight - 1 - row : row;
                    int x = mirrorsColumns ? toWidth - 1 - column : column;
                    upright[to++] = stored[plane + (transposes ? x * width + y : y * width + x)];
                }
            }
        }
        return upright;
    }
}
