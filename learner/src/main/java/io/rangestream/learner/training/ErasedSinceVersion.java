package io.rangestream.learner.training;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who was erased since the last version, so that a return to its weights does not bring back what it had learned of them. They are kept
 * as 64 bits of a hash, as their names are to be forgotten; somebody else with the same bits would only be learned anew. Not thread-safe.
 */
final class ErasedSinceVersion {
    private final SortedSet<Long> hashes = new TreeSet<>();

    void add(String identity) {
        hashes.add(hash(identity));
    }

    boolean contains(String identity) {
        return !hashes.isEmpty() && hashes.contains(hash(identity));
    }

    /** A version is made: it holds nothing of them. */
    void clear() {
        hashes.clear();
    }

    void save(DataOutput out) throws IOException {
        out.writeInt(hashes.size());
        for (long hash : hashes) {
            out.writeLong(hash);
        }
    }

    void load(DataInput in) throws IOException {
        hashes.clear();
        for (int left = in.readInt(); left > 0; left--) {
            hashes.add(in.readLong());
        }
    }

    private static long hash(String identity) {
        return ByteBuffer.wrap(PendingErasures.sha256(identity)).getLong();
    }
}
