package io.rangestream.schemas.image;

/** A decoded picture, a row at a time, rows from the top. */
interface PixelRows {
    /**
     * Writes a row.
     *
     * @param rgb interleaved 8-bit RGB, {@code width * 3}
     * @throws InvalidImageException if the row cannot be read
     */
    void read(int y, byte[] rgb);
}
