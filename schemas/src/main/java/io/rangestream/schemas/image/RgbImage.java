package io.rangestream.schemas.image;

/**
 * An upright picture.
 *
 * @param width pixels
 * @param height pixels
 * @param planes 8-bit RGB, planar {@code [3, height, width]}
 */
@SuppressWarnings("ArrayRecordComponent")
public record RgbImage(int width, int height, byte[] planes) {}
