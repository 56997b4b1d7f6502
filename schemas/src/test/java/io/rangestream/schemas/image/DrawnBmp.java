package io.rangestream.schemas.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes uncompressed BMP files of every depth and header.
 *
 * @param header bytes of the second header: 12 is OS/2's, 40 and more are Windows'
 * @param masks of red, green and blue; empty if the file has none
 */
record DrawnBmp(int width, int height, int bits, int header, boolean topDown, int... masks) {
    /** A pixel as it is stored. */
    interface Stored {
        long at(int x, int y);
    }

    /** @param palette {@code 0xRRGGBB} by index */
    byte[] bytes(Stored stored, int... palette) {
        int entry = header == 12 ? 3 : 4;
        int extra = header == 40 ? masks.length * 4 : 0;
        int pixelsAt = 14 + header + extra + palette.length * entry;
        int stride = (width * bits + 31) / 32 * 4;
        ByteBuffer file = ByteBuffer.allocate(pixelsAt + stride * height).order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 'B')
                .put((byte) 'M')
                .putInt(file.capacity())
                .putInt(0)
                .putInt(pixelsAt)
                .putInt(header);
        if (header == 12) {
            file.putShort((short) width)
                    .putShort((short) height)
                    .putShort((short) 1)
                    .putShort((short) bits);
        } else {
            file.putInt(width)
                    .putInt(topDown ? -height : height)
                    .putShort((short) 1)
                    .putShort((short) bits);
            file.putInt(masks.length > 0 ? 3 : 0);
            for (int i = 0; i < masks.length; i++) {
                file.putInt(54 + 4 * i, masks[i]);
            }
        }
        for (int i = 0; i < palette.length; i++) {
            int at = 14 + header + extra + i * entry;
            file.put(at, (byte) palette[i])
                    .put(at + 1, (byte) (palette[i] >> 8))
                    .put(at + 2, (byte) (palette[i] >> 16));
        }
        for (int y = 0; y < height; y++) {
            int row = pixelsAt + stride * (topDown ? y : height - 1 - y);
            for (int x = 0; x < width; x++) {
                put(file, row, x, stored.at(x, y));
            }
        }
        return file.array();
    }

    private void put(ByteBuffer file, int row, int x, long pixel) {
        if (bits < 8) {
            int at = row + x * bits / 8;
            file.put(at, (byte) (file.get(at) | pixel << (8 - bits - x * bits % 8)));
            return;
        }
        for (int i = 0; i < bits / 8; i++) {
            file.put(row + x * bits / 8 + i, (byte) (pixel >> (8 * i)));
        }
    }
}
