package io.rangestream.learner.training;

import io.rangestream.learner.batch.Picture;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The last {@value #WINDOW} distinct faces trained on, to find pictures that came under two identities from different sampler tasks, which
 * no task can see, and crops of one identity that look nearly alike. They are counted; training does not change. 40 bytes each in the checkpoint, some
 * 300 in memory. Part of the training state, so that counts are the same after a restart. Not thread-safe.
 */
public final class SeenPictures {
    private static final int WINDOW = 16_384;

    /** Bits of 64 in which two pictures that are nearly alike differ at most. */
    private static final int ALIKE = 3;

    private final Deque<Picture> window = new ArrayDeque<>();
    private final Map<Long, Picture> byFace = new HashMap<>();
    private final Map<Long, List<Picture>> byContent = new HashMap<>();
    private final Map<Long, List<Picture>> byIdentity = new HashMap<>();
    private long conflicts;
    private long nearDuplicates;

    /** Faces whose picture was seen under another identity, of another sampler task. */
    public long conflicts() {
        return conflicts;
    }

    /** Faces that look nearly like one of the same identity whose bytes are different. */
    public long nearDuplicates() {
        return nearDuplicates;
    }

    void saw(Picture picture) {
        if (byFace.containsKey(picture.face())) {
            return;
        }
        List<Picture> same = byContent.getOrDefault(picture.content(), List.of());
        if (same.stream().anyMatch(other -> isAnothersElsewhere(picture, other))) {
            conflicts++;
        }
        List<Picture> others = byIdentity.getOrDefault(picture.identity(), List.of());
        if (others.stream().anyMatch(other -> isNearlyLike(picture, other))) {
            nearDuplicates++;
        }
        if (window.size() == WINDOW) {
            unlink(window.removeFirst());
        }
        window.addLast(picture);
        link(picture);
    }

    /** Forgets everything of an identity. */
    void erase(long identity) {
        window.removeIf(picture -> picture.identity() == identity);
        relink();
    }

    private static boolean isAnothersElsewhere(Picture one, Picture other) {
        return one.identity() != other.identity() && one.task() != other.task();
    }

    private static boolean isNearlyLike(Picture one, Picture other) {
        return one.content() != other.content() && Long.bitCount(one.look() ^ other.look()) <= ALIKE;
    }

    private void link(Picture picture) {
        byFace.put(picture.face(), picture);
        add(byContent, picture.content(), picture);
        add(byIdentity, picture.identity(), picture);
    }

    private void unlink(Picture picture) {
        byFace.remove(picture.face());
        remove(byContent, picture.content(), picture);
        remove(byIdentity, picture.identity(), picture);
    }

    private static void add(Map<Long, List<Picture>> index, long key, Picture picture) {
        index.computeIfAbsent(key, k -> new ArrayList<>()).add(picture);
    }

    private static void remove(Map<Long, List<Picture>> index, long key, Picture picture) {
        index.computeIfPresent(key, (k, pictures) -> {
            pictures.remove(picture);
            return pictures.isEmpty() ? null : pictures;
        });
    }

    private void relink() {
        byFace.clear();
        byContent.clear();
        byIdentity.clear();
        window.forEach(this::link);
    }

    void save(DataOutput out) throws IOException {
        out.writeLong(conflicts);
        out.writeLong(nearDuplicates);
        out.writeInt(window.size());
        for (Picture picture : window) {
            out.writeLong(picture.face());
            out.writeLong(picture.identity());
            out.writeLong(picture.content());
            out.writeLong(picture.look());
            out.writeLong(picture.task());
        }
    }

    void load(DataInput in) throws IOException {
        conflicts = in.readLong();
        nearDuplicates = in.readLong();
        window.clear();
        for (int left = in.readInt(); left > 0; left--) {
            window.addLast(new Picture(in.readLong(), in.readLong(), in.readLong(), in.readLong(), in.readLong()));
        }
        relink();
    }
}
