package io.rangestream.sampler.internal.buffer;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/**
 * What the index store tells of one identity to whoever asks from outside the task, such as an interactive query.
 * Immutable.
 *
 * @param seen distinct training faces that arrived, retracted ones included
 * @param kept training faces in the buffer
 * @param firstAt earliest timestamp of a face that arrived; empty if none of them has one
 * @param lastAt latest timestamp of a face that arrived; empty if none of them has one
 */
public record IdentityStatistics(long seen, int kept, Optional<Instant> firstAt, Optional<Instant> lastAt) {

    /**
     * Reads a value of the index store; only its first bytes are looked at.
     *
     * @throws io.rangestream.schemas.config.ConfigurationException if a newer release wrote it
     */
    public static IdentityStatistics read(byte[] stored) {
        IdentityHeader header = IdentityHeader.read(ByteBuffer.wrap(stored));
        return new IdentityStatistics(header.seen(), header.kept(), time(header.firstAt()), time(header.lastAt()));
    }

    private static Optional<Instant> time(long millis) {
        return millis == IdentityHeader.UNKNOWN ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }
}
