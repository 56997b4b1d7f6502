package io.rangestream.sampler.internal.buffer;

import java.nio.ByteBuffer;

/**
 * How far a task has read its faces partition; part of its {@link TaskState}. Immutable.
 *
 * @param nextOffset offset after the last record that was read, refused ones included; {@link #UNKNOWN} before the first
 * @param lost offsets that were deleted from the partition before they were read: as many faces at most
 */
public record InputState(long nextOffset, long lost) {
    public static final long UNKNOWN = -1;
    static final int BYTES = 2 * Long.BYTES;
    static final InputState NONE = new InputState(UNKNOWN, 0);

    static InputState read(ByteBuffer bytes) {
        return new InputState(bytes.getLong(), bytes.getLong());
    }

    void write(ByteBuffer bytes) {
        bytes.putLong(nextOffset).putLong(lost);
    }

    /** Offsets between the last record and this one; negative if the partition was set back, 0 if nothing is known. */
    public long gapBefore(long offset) {
        return nextOffset == UNKNOWN ? 0 : offset - nextOffset;
    }

    public InputState read(long offset) {
        return new InputState(offset + 1, lost);
    }

    public InputState losing(long offsets) {
        return new InputState(nextOffset, lost + offsets);
    }
}
