package io.rangestream.schemas.image;

/** Reads the rows of BMP files. A fourth channel is ignored: hardly a program writes one that means something. */
final class BmpPixels {
    private BmpPixels() {}

    static PixelRows decode(byte[] image, BmpFile file) {
        int height = file.header().height();
        return (y, rgb) -> {
            int row = file.pixelsAt() + (file.topDown() ? y : height - 1 - y) * file.stride();
            switch (file.bits()) {
                case 24 -> direct(image, row, rgb);
                case 16, 32 -> masked(image, row, file, rgb);
                default -> indexed(image, row, file, rgb);
            }
        };
    }

    private static void direct(byte[] image, int row, byte[] rgb) {
        for (int i = 0; i < rgb.length; i += 3) {
            rgb[i] = image[row + i + 2];
            rgb[i + 1] = image[row + i + 1];
            rgb[i + 2] = image[row + i];
        }
    }

    private static void masked(byte[] image, int row, BmpFile file, byte[] rgb) {
        int bytes = file.bits() / 8;
        int at = row;
        for (int to = 0; to < rgb.length; at += bytes) {
            int pixel = 0;
            for (int i = bytes - 1; i >= 0; i--) {
                pixel = pixel << 8 | (image[at + i] & 0xFF);
            }
            for (int mask : file.masks()) {
                int shift = Integer.numberOfTrailingZeros(mask);
                long max = Integer.toUnsignedLong(mask >>> shift);
                long value = Integer.toUnsignedLong((pixel & mask) >>> shift);
                rgb[to++] = (byte) ((value * 255 + max / 2) / max);
            }
        }
    }

    private static void indexed(byte[] image, int row, BmpFile file, byte[] rgb) {
        int bits = file.bits();
        int[] palette = file.palette();
        for (int x = 0; x < rgb.length / 3; x++) {
            int bit = x * bits;
            int index = (image[row + bit / 8] & 0xFF) >> (8 - bits - bit % 8) & ((1 << bits) - 1);
            if (index >= palette.length) {
                throw new InvalidImageException(
                        "a damaged BMP: colour %d of a palette of %d".formatted(index, palette.length));
            }
            rgb[3 * x] = (byte) (palette[index] >> 16);
            rgb[3 * x + 1] = (byte) (palette[index] >> 8);
            rgb[3 * x + 2] = (byte) palette[index];
        }
    }
}
