package io.rangestream.sampler;

import java.time.Instant;
import java.util.Optional;

/** What a sampler says when it is asked for one identity. */
public sealed interface IdentityLookup {
    /**
     * It is here.
     *
     * @param seen distinct training faces that arrived
     * @param kept training faces in its buffers
     * @param firstAt earliest timestamp of them, if it is known
     * @param lastAt latest timestamp of them, if it is known
     * @param heldOut faces in the holdout
     * @param heldOutWhole whether all faces are held out, and none is trained on
     */
    record Found(
            long seen,
            long kept,
            Optional<Instant> firstAt,
            Optional<Instant> lastAt,
            int heldOut,
            boolean heldOutWhole)
            implements IdentityLookup {}

    /**
     * Another instance has its partition.
     *
     * @param address host:port at which that one answers (Streams' {@code application.server})
     */
    record Elsewhere(String address) implements IdentityLookup {}

    /**
     * Another instance has its partition and bears this one's address, so nobody can be pointed to it.
     *
     * @param address host:port of both (Streams' {@code application.server})
     */
    record SameAddress(String address) implements IdentityLookup {}

    /** Its partition is here, or nobody knows where, and it is not in it: unknown or erased. */
    record Unknown() implements IdentityLookup {}

    /** Partitions are being handed over; ask again. */
    record NotNow() implements IdentityLookup {}
}
