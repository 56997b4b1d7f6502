package io.rangestream.sampler.internal.buffer;

import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * What a task found at each of the last retractions: one record in its store per order, by the order's offset on the faces
 * topic. Whoever ordered reads it from the store's changelog. It names nobody. Not thread-safe.
 */
public final class RetractionLog {
    /** How many the store keeps. */
    public static final int KEPT = 1000;

    private static final byte[] PREFIX = {'r', 'e', 't', 'r', 'a', 'c', 't', 'e', 'd', '/'};

    private final KeyValueStore<Bytes, byte[]> task;
    /** The oldest first. */
    private final Set<Bytes> keys = new LinkedHashSet<>();

    public RetractionLog(KeyValueStore<Bytes, byte[]> task) {
        this.task = task;
        try (KeyValueIterator<Bytes, byte[]> entries = task.prefixScan(PREFIX, new ByteArraySerializer())) {
            entries.forEachRemaining(entry -> keys.add(entry.key));
        }
    }

    /** Notes what was found; the oldest entry goes when there are too many. */
    public void note(long offset, Retraction found) {
        Bytes key = key(offset);
        task.put(key, new byte[] {(byte) found.ordinal()});
        keys.remove(key); // Offsets come again when the topic was made anew.
        keys.add(key);
        if (keys.size() > KEPT) {
            Bytes oldest = keys.iterator().next();
            keys.remove(oldest);
            task.delete(oldest);
        }
    }

    /** What a record of the store's changelog says of the order at an offset; empty if it is about something else. */
    public static Optional<Retraction> read(byte[] key, byte @Nullable [] value, long offset) {
        if (value == null || value.length != 1 || !key(offset).equals(Bytes.wrap(key))) {
            return Optional.empty();
        }
        Retraction[] all = Retraction.values();
        return value[0] >= 0 && value[0] < all.length ? Optional.of(all[value[0]]) : Optional.empty();
    }

    private static Bytes key(long offset) {
        return Bytes.wrap(ByteBuffer.allocate(PREFIX.length + Long.BYTES)
                .put(PREFIX)
                .putLong(offset)
                .array());
    }
}
