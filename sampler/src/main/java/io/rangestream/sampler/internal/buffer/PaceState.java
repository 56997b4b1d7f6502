package io.rangestream.sampler.internal.buffer;

import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What a task owes to its pace; one record in its store, and none before there is something to remember.
 *
 * @param idleCredit millionths of a crop that may be drawn while there is nothing else to do
 * @param forfeited millionths of a crop that were earned and never spent, because the learner was too far behind
 */
public record PaceState(long idleCredit, long forfeited) {
    private static final byte VERSION = 1;
    private static final byte[] KEY = {'p', 'a', 'c', 'e'};

    /** The stored state, or that of a task that begins. */
    public static PaceState load(KeyValueStore<Bytes, byte[]> store) {
        byte[] stored = store.get(Bytes.wrap(KEY));
        if (stored == null) {
            return new PaceState(0, 0);
        }
        var bytes = ByteBuffer.wrap(stored);
        byte version = bytes.get();
        if (version != VERSION) {
            throw new IllegalStateException("the pace state is of version %d, not %d".formatted(version, VERSION));
        }
        return new PaceState(bytes.getLong(), bytes.getLong());
    }

    public void save(KeyValueStore<Bytes, byte[]> store) {
        var bytes = ByteBuffer.allocate(1 + 2 * Long.BYTES)
                .put(VERSION)
                .putLong(idleCredit)
                .putLong(forfeited);
        store.put(Bytes.wrap(KEY), bytes.array());
    }

    /** Earns idle credit up to a bound; what lies above it already stays. */
    public PaceState earn(long idle, long bound) {
        return new PaceState(Math.max(idleCredit, Math.min(idleCredit + idle, bound)), forfeited);
    }

    public PaceState spend(long idle) {
        return new PaceState(idleCredit - idle, forfeited);
    }

    public PaceState forfeit(long credit) {
        return new PaceState(idleCredit, forfeited + credit);
    }
}
