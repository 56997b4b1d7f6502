package io.rangestream.learner.optimizer;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Float arrays as big-endian bytes, bit for bit. */
public final class FloatBytes {

    private FloatBytes() {}

    /** Writes all values, without their number. */
    public static void write(DataOutput out, float[] values) throws IOException {
        write(out, values, 0, values.length);
    }

    /** Writes {@code length} values. */
    public static void write(DataOutput out, float[] values, int from, int length) throws IOException {
        var bytes = ByteBuffer.allocate(Math.multiplyExact(length, Float.BYTES));
        bytes.asFloatBuffer().put(values, from, length);
        out.write(bytes.array());
    }

    /** Fills the array. */
    public static void read(DataInput in, float[] values) throws IOException {
        read(in, values, 0, values.length);
    }

    /** Fills {@code length} values. */
    public static void read(DataInput in, float[] values, int from, int length) throws IOException {
        var bytes = new byte[Math.multiplyExact(length, Float.BYTES)];
        in.readFully(bytes);
        ByteBuffer.wrap(bytes).asFloatBuffer().get(values, from, length);
    }
}
