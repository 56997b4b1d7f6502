package io.rangestream.learner.training;

import io.rangestream.learner.batch.LeftOutFace;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Faces that could not be decoded: those to report with the next version, and 64 bits of a hash of those that were reported, so that each is
 * reported once although batches bring it again and again. Beyond 65,536 the one reported first is forgotten. Not thread-safe.
 */
final class LeftOutFaces {
    /** More than that wait for the version after. */
    private static final int PER_VERSION = 1_000;

    private static final int REMEMBERED = 65_536;

    private final Map<Long, LeftOutFace> pending = new LinkedHashMap<>();
    private final Set<Long> reported = new LinkedHashSet<>();

    /** Takes note of a face; returns whether it is a new one. */
    boolean add(LeftOutFace face) {
        long hash = hash(face);
        if (reported.contains(hash) || pending.containsKey(hash) || pending.size() == PER_VERSION) {
            return false;
        }
        pending.put(hash, face);
        return true;
    }

    /** Somebody is to be forgotten. */
    void erase(String identity) {
        pending.values().removeIf(face -> face.identity().equals(identity));
    }

    /** Those to report, the first met first. */
    List<LeftOutFace> pending() {
        return List.copyOf(pending.values());
    }

    /** They are reported with the version that is made. */
    void versionMade() {
        reported.addAll(pending.keySet());
        pending.clear();
        Iterator<Long> oldest = reported.iterator();
        while (reported.size() > REMEMBERED) {
            oldest.next();
            oldest.remove();
        }
    }

    void save(DataOutput out) throws IOException {
        out.writeInt(pending.size());
        for (LeftOutFace face : pending.values()) {
            out.writeUTF(face.identity());
            out.writeUTF(face.faceId());
            out.writeInt(face.bytes());
            out.writeUTF(face.reason());
            out.writeLong(face.offset());
        }
        out.writeInt(reported.size());
        for (long hash : reported) {
            out.writeLong(hash);
        }
    }

    void load(DataInput in) throws IOException {
        pending.clear();
        for (int left = in.readInt(); left > 0; left--) {
            var face = new LeftOutFace(in.readUTF(), in.readUTF(), in.readInt(), in.readUTF(), in.readLong());
            pending.put(hash(face), face);
        }
        reported.clear();
        for (int left = in.readInt(); left > 0; left--) {
            reported.add(in.readLong());
        }
    }

    private static long hash(LeftOutFace face) {
        return ByteBuffer.wrap(PendingErasures.sha256(face.identity() + "\0" + face.faceId()))
                .getLong();
    }
}
