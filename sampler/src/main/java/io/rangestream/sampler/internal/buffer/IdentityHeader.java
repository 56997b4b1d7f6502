package io.rangestream.sampler.internal.buffer;

import io.rangestream.schemas.config.ConfigurationException;
import java.nio.ByteBuffer;

/**
 * The fixed part at the beginning of an identity's record, readable without the ranks behind it.
 *
 * <p>Version 1, of 0.1 development builds, knew no times and kept the remembered ranks in their own order; it is read as
 * a record whose times are unknown and who has been in a batch, and written back as version 2 with the next face. A newer version is refused:
 * guessing at its meaning could repeat or lose faces.
 *
 * @param ordinal the identity's number within its task
 * @param seen distinct faces that arrived
 * @param firstAt smallest timestamp of them, epoch milliseconds; {@link #UNKNOWN} if none has one
 * @param lastAt largest timestamp of them, epoch milliseconds; {@link #UNKNOWN} if none has one
 * @param turn where it stands among those who wait for their first batch, larger is later; {@link #NO_TURN} if it never
 *     had enough faces, {@link #APPEARED} once it has been in a batch
 * @param kept faces in the buffer
 */
record IdentityHeader(int ordinal, long seen, long firstAt, long lastAt, long turn, int kept) {
    static final long UNKNOWN = -1;
    static final long NO_TURN = 0;
    static final long APPEARED = -1;
    static final int BYTES = 1 + Integer.BYTES + 4 * Long.BYTES + Short.BYTES;
    private static final byte VERSION = 2;
    private static final byte WITHOUT_TIMES = 1;

    static IdentityHeader empty(int ordinal) {
        return new IdentityHeader(ordinal, 0, UNKNOWN, UNKNOWN, NO_TURN, 0);
    }

    /** Reads the header and leaves the buffer at what follows it. */
    static IdentityHeader read(ByteBuffer bytes) {
        byte version = bytes.get();
        if (version != VERSION && version != WITHOUT_TIMES) {
            throw new ConfigurationException(
                    ("the buffers were written in format %d, this release reads up to %d: run the"
                                    + " release that wrote them, or take another topic.prefix to begin with"
                                    + " empty buffers, new topics and a new model")
                            .formatted(version, VERSION));
        }
        int ordinal = bytes.getInt();
        long seen = bytes.getLong();
        long firstAt = version == WITHOUT_TIMES ? UNKNOWN : bytes.getLong();
        long lastAt = version == WITHOUT_TIMES ? UNKNOWN : bytes.getLong();
        long turn = version == WITHOUT_TIMES ? APPEARED : bytes.getLong();
        return new IdentityHeader(ordinal, seen, firstAt, lastAt, turn, bytes.getShort());
    }

    void write(ByteBuffer bytes) {
        bytes.put(VERSION)
                .putInt(ordinal)
                .putLong(seen)
                .putLong(firstAt)
                .putLong(lastAt)
                .putLong(turn)
                .putShort((short) kept);
    }

    /** After a face of this timestamp, which may be {@link #UNKNOWN}, has arrived. */
    IdentityHeader arrived(long timestamp) {
        if (timestamp == UNKNOWN) {
            return new IdentityHeader(ordinal, seen + 1, firstAt, lastAt, turn, kept);
        }
        long first = firstAt == UNKNOWN ? timestamp : Math.min(firstAt, timestamp);
        return new IdentityHeader(ordinal, seen + 1, first, Math.max(lastAt, timestamp), turn, kept);
    }

    IdentityHeader keeping(int faces) {
        return new IdentityHeader(ordinal, seen, firstAt, lastAt, turn, faces);
    }

    IdentityHeader withTurn(long newTurn) {
        return new IdentityHeader(ordinal, seen, firstAt, lastAt, newTurn, kept);
    }

    /** Whether it waits for its first batch, provided that its faces are enough. */
    boolean hasTurn() {
        return turn > NO_TURN;
    }
}
