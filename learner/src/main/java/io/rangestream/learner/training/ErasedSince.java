package io.rangestream.learner.training;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who was erased since which version, so that a return to a version's weights does not bring back what it had learned of them. They are
 * kept as 64 bits of a hash, as their names are to be forgotten, and as long as there is a checkpoint that knows them; somebody else
 * with the same bits would only be learned anew. Not thread-safe.
 */
final class ErasedSince {
    /** By hash, the last version that may be from before the last erasure. */
    private final Map<Long, Long> versions = new TreeMap<>();

    private long version;
    private long oldest;

    void add(String identity) {
        versions.put(hash(identity), version);
    }

    /** Whether somebody was erased after a version was made. */
    boolean contains(String identity, long since) {
        return !versions.isEmpty() && versions.getOrDefault(hash(identity), -1L) >= since;
    }

    /** The oldest version that a return to brings back nobody. */
    long oldest() {
        return oldest;
    }

    /**
     * A version is made.
     *
     * @param made its number
     * @param oldestKept versions before this one are not returned to any more
     */
    void versionMade(long made, long oldestKept) {
        version = made;
        oldest = Math.max(oldest, oldestKept);
        versions.values().removeIf(before -> before < oldest);
    }

    /**
     * Somebody else made versions up to this one, perhaps from a later state than this: whoever is erased from here on counts as erased
     * after them.
     */
    void countFor(long newest) {
        version = Math.max(version, newest);
    }

    void save(DataOutput out) throws IOException {
        out.writeLong(version);
        out.writeLong(oldest);
        out.writeInt(versions.size());
        for (var erased : versions.entrySet()) {
            out.writeLong(erased.getKey());
            out.writeLong(erased.getValue());
        }
    }

    void load(DataInput in) throws IOException {
        versions.clear();
        version = in.readLong();
        oldest = in.readLong();
        for (int left = in.readInt(); left > 0; left--) {
            versions.put(in.readLong(), in.readLong());
        }
    }

    private static long hash(String identity) {
        return ByteBuffer.wrap(PendingErasures.sha256(identity)).getLong();
    }
}
