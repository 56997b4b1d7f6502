package io.rangestream.schemas.image;

import java.awt.image.Raster;
import java.nio.ByteBuffer;

/**
 * Decodes PNG files: the JDK unpacks the samples, and what they mean is settled here, since the JDK puts grey through a
 * gamma curve. Colour profiles and gamma are ignored. Not thread-safe.
 */
final class PngPixels implements AutoCloseable {
    private final JdkReader reader = new JdkReader("png");

    /** @throws InvalidImageException if the samples cannot be read */
    PixelRows decode(byte[] image, PngFile file) {
        Raster samples = reader.read(plain(image, file), file.header());
        int width = file.header().width();
        var row = new int[width * file.bands()];
        int[] palette = file.colourType() == PngFile.PALETTE ? palette(file) : new int[0];
        return (y, rgb) -> {
            samples.getPixels(0, y, width, 1, row);
            switch (file.colourType()) {
                case PngFile.PALETTE -> indexed(row, palette, rgb);
                case PngFile.GREY, PngFile.GREY_ALPHA -> grey(row, file, rgb);
                default -> colour(row, file, rgb);
            }
        };
    }

    @Override
    public void close() {
        reader.close();
    }

    /** Header and samples alone; a palette's indices pass for grey, so that they come out as they are. */
    private static byte[] plain(byte[] image, PngFile file) {
        int length = 0;
        for (ByteBuffer part : file.compressed()) {
            length += part.remaining();
        }
        ByteBuffer plain = ByteBuffer.allocate(PngFile.HEADER_BYTES + 4 + 12 + length + 12);
        plain.put(image, 0, PngFile.HEADER_BYTES).putInt(0);
        if (file.colourType() == PngFile.PALETTE) {
            plain.put(25, (byte) PngFile.GREY);
        }
        plain.putInt(length).put(new byte[] {'I', 'D', 'A', 'T'});
        for (ByteBuffer part : file.compressed()) {
            plain.put(part.duplicate());
        }
        plain.putInt(0);
        plain.putInt(0).put(new byte[] {'I', 'E', 'N', 'D'}).putInt(0);
        return plain.array();
    }

    /** {@code 0xRRGGBB} of each entry, over black where it is transparent. */
    private static int[] palette(PngFile file) {
        ByteBuffer entries = file.palette();
        var palette = new int[Math.min(256, entries.remaining() / 3)];
        for (int i = 0; i < palette.length; i++) {
            int alpha =
                    i < file.transparency().remaining() ? file.transparency().get(i) & 0xFF : 255;
            for (int channel = 0; channel < 3; channel++) {
                palette[i] = palette[i] << 8 | over(entries.get(3 * i + channel) & 0xFF, alpha, 255);
            }
        }
        return palette;
    }

    private static void indexed(int[] row, int[] palette, byte[] rgb) {
        int to = 0;
        for (int index : row) {
            if (index >= palette.length) {
                throw new InvalidImageException(
                        "a damaged PNG: colour %d of a palette of %d".formatted(index, palette.length));
            }
            rgb[to++] = (byte) (palette[index] >> 16);
            rgb[to++] = (byte) (palette[index] >> 8);
            rgb[to++] = (byte) palette[index];
        }
    }

    private static void grey(int[] row, PngFile file, byte[] rgb) {
        int max = (1 << file.bits()) - 1;
        int bands = file.bands();
        int hidden = bands == 1 && file.transparency().remaining() >= 2 ? sample(file, 0) : -1;
        for (int at = 0, to = 0; at < row.length; at += bands, to += 3) {
            int alpha = bands == 2 ? row[at + 1] : row[at] == hidden ? 0 : max;
            byte value = (byte) over(row[at], alpha, max);
            rgb[to] = value;
            rgb[to + 1] = value;
            rgb[to + 2] = value;
        }
    }

    private static void colour(int[] row, PngFile file, byte[] rgb) {
        int max = (1 << file.bits()) - 1;
        int bands = file.bands();
        boolean hides = bands == 3 && file.transparency().remaining() >= 6;
        int red = hides ? sample(file, 0) : -1;
        int green = hides ? sample(file, 2) : -1;
        int blue = hides ? sample(file, 4) : -1;
        for (int at = 0, to = 0; at < row.length; at += bands, to += 3) {
            boolean hidden = row[at] == red && row[at + 1] == green && row[at + 2] == blue;
            int alpha = bands == 4 ? row[at + 3] : hidden ? 0 : max;
            rgb[to] = (byte) over(row[at], alpha, max);
            rgb[to + 1] = (byte) over(row[at + 1], alpha, max);
            rgb[to + 2] = (byte) over(row[at + 2], alpha, max);
        }
    }

    private static int sample(PngFile file, int at) {
        return Short.toUnsignedInt(file.transparency().getShort(at));
    }

    /** A sample of up to 16 bits over black, as 8 bits, rounded. */
    private static int over(int sample, int alpha, int max) {
        if (alpha == max) {
            return max == 255 ? sample : (sample * 255 + max / 2) / max;
        }
        return (int) (((long) sample * alpha * 255 + (long) max * max / 2) / ((long) max * max));
    }
}
