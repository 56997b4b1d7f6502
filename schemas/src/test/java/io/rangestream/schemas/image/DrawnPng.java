package io.rangestream.schemas.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/**
 * Writes PNG files of every colour type and bit depth, so that none is left to what the JDK writes.
 *
 * @param bits of a sample
 * @param colourType as IHDR has it
 * @param interlaced by Adam7
 */
record DrawnPng(int width, int height, int bits, int colourType, boolean interlaced) {
    private static final int[][] ADAM7 = {
        {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
    };
    private static final int[][] WHOLE = {{0, 0, 1, 1}};

    /** Samples of a pixel. */
    interface Samples {
        int[] at(int x, int y);
    }

    /** @param extra chunks before the pixels, of {@link #chunk} */
    byte[] bytes(Samples samples, byte[]... extra) {
        var file = new ByteArrayOutputStream();
        file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        file.writeBytes(chunk(
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put((byte) bits)
                        .put((byte) colourType)
                        .putShort((short) 0)
                        .put((byte) (interlaced ? 1 : 0))
                        .array()));
        for (byte[] chunk : extra) {
            file.writeBytes(chunk);
        }
        file.writeBytes(chunk("IDAT", deflated(rows(samples))));
        file.writeBytes(chunk("IEND", new byte[0]));
        return file.toByteArray();
    }

    static byte[] chunk(String type, byte[] data) {
        ByteBuffer chunk = ByteBuffer.allocate(12 + data.length).putInt(data.length);
        chunk.put(type.getBytes(StandardCharsets.ISO_8859_1)).put(data);
        var crc = new CRC32();
        crc.update(chunk.array(), 4, 4 + data.length);
        return chunk.putInt((int) crc.getValue()).array();
    }

    static byte[] deflated(byte[] bytes) {
        var out = new ByteArrayOutputStream();
        try (var deflater = new DeflaterOutputStream(out)) {
            deflater.write(bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    private byte[] rows(Samples samples) {
        var rows = new ByteArrayOutputStream();
        for (int[] pass : interlaced ? ADAM7 : WHOLE) {
            for (int y = pass[1]; y < height && pass[0] < width; y += pass[3]) {
                rows.write(0); // no filter
                int pending = 0;
                int held = 0;
                for (int x = pass[0]; x < width; x += pass[2]) {
                    for (int sample : samples.at(x, y)) {
                        pending = pending << bits | sample;
                        held += bits;
                        while (held >= 8) {
                            held -= 8;
                            rows.write(pending >> held);
                        }
                    }
                }
                if (held > 0) {
                    rows.write(pending << (8 - held));
                }
            }
        }
        return rows.toByteArray();
    }
}
