package io.rangestream.learner.training;

import io.rangestream.schemas.hash.Sha256;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * Identities that some sampler tasks have forgotten and others not yet. A tombstone goes to every partition, and every task
 * answers it with one erasure, but at different times: a task that has sent fewer of them than another may still hold the
 * identity in its batches, and those crops are left out.
 *
 * <p>Counts stay when all tasks known by now are level, since one that has sent nothing yet may still have its erasure to
 * send; they stay under a hash, as the name is to be forgotten. Not thread-safe.
 */
final class PendingErasures {
    private final Map<String, Map<String, Long>> sentByTask = new TreeMap<>();

    /** Notes that a task has forgotten an identity. */
    void complied(String identity, String task) {
        sentByTask.computeIfAbsent(hash(identity), i -> new TreeMap<>()).merge(task, 1L, Long::sum);
    }

    /** Whether a task's batches may still hold the identity although it is to be forgotten. */
    boolean excludes(String identity, String task) {
        Map<String, Long> sent = isEmpty() ? null : sentByTask.get(hash(identity));
        return sent != null && sent.getOrDefault(task, 0L) < Collections.max(sent.values());
    }

    boolean isEmpty() {
        return sentByTask.isEmpty();
    }

    void save(DataOutput out) throws IOException {
        out.writeInt(sentByTask.size());
        for (var entry : sentByTask.entrySet()) {
            out.writeUTF(entry.getKey());
            out.writeInt(entry.getValue().size());
            for (var sent : entry.getValue().entrySet()) {
                out.writeUTF(sent.getKey());
                out.writeLong(sent.getValue());
            }
        }
    }

    void load(DataInput in) throws IOException {
        sentByTask.clear();
        for (int left = in.readInt(); left > 0; left--) {
            Map<String, Long> sent = sentByTask.computeIfAbsent(in.readUTF(), i -> new TreeMap<>());
            for (int tasks = in.readInt(); tasks > 0; tasks--) {
                sent.put(in.readUTF(), in.readLong());
            }
        }
    }

    private static String hash(String identity) {
        return HexFormat.of().formatHex(sha256(identity));
    }

    static byte[] sha256(String identity) {
        return Sha256.digest().digest(identity.getBytes(StandardCharsets.UTF_8));
    }
}
