package io.rangestream.learner.batch;

import io.rangestream.avro.BatchFace;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * What a crop is recognised by, in hashes of 64 bits.
 *
 * @param face its identity and face_id
 * @param identity who is shown
 * @param content its image's bytes
 * @param look what it looks like: pictures that look alike differ in few bits
 * @param task hash of the sampler's task that sent it
 */
public record Picture(long face, long identity, long content, long look, long task) {
    private static final int COLUMNS = 9;
    private static final int ROWS = 8;

    static Picture of(BatchFace face, byte[] crop, int size, String task) {
        return new Picture(
                hash(face.getIdentity() + "/" + face.getFaceId()),
                hash(face.getIdentity()),
                checksum(face.getImage()),
                look(crop, size),
                hash(task));
    }

    /** Hash of a name. */
    public static long hash(String name) {
        return checksum(ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * A difference hash: whether each of 8 x 8 blocks of the green channel is darker than its neighbour to the right.
     *
     * @param crop {@code [3, size, size]}
     */
    static long look(byte[] crop, int size) {
        long[] row = new long[COLUMNS];
        long bits = 0;
        for (int r = 0; r < ROWS; r++) {
            for (int c = 0; c < COLUMNS; c++) {
                row[c] = mean(
                        crop,
                        size,
                        r * size / ROWS,
                        (r + 1) * size / ROWS,
                        c * size / COLUMNS,
                        (c + 1) * size / COLUMNS);
            }
            for (int c = 0; c < COLUMNS - 1; c++) {
                bits = bits << 1 | (row[c] < row[c + 1] ? 1 : 0);
            }
        }
        return bits;
    }

    private static long mean(byte[] crop, int size, int top, int bottom, int left, int right) {
        long sum = 0;
        int green = size * size;
        for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
                sum += crop[green + y * size + x] & 0xFF;
            }
        }
        return 256 * sum / Math.max(1, (bottom - top) * (right - left));
    }

    private static long checksum(ByteBuffer bytes) {
        var high = new CRC32C();
        high.update(bytes.duplicate());
        var low = new CRC32();
        low.update(bytes.duplicate());
        return high.getValue() << 32 | low.getValue();
    }
}
