package io.rangestream.sampler.internal.buffer;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The last pictures that a task has taken in, by their content, so that the same picture under another identity is
 * noticed. A ring: the n-th picture takes the place of the one n - window before it, so what is noticed is a function of what
 * arrived. It knows checksums and hashes alone: 24 bytes a picture in the store, 36 to 40 in memory. Not thread-safe.
 *
 * <p>Stored in pages of {@value #PAGE} pictures, of which a commit writes those that it touched.
 */
public final class RecentPictures {
    private static final byte[] KEY = {'p', 'i', 'c', 's'};
    private static final int PAGE = 64;
    private static final int ENTRY_BYTES = 3 * Long.BYTES;
    private static final int NONE = -1;

    private final KeyValueStore<Bytes, byte[]> store;
    private final long[] contents;
    private final long[] identities;
    /** 0: nothing there. */
    private final long[] ranks;
    /** First and next slot of the contents that share a bucket. */
    private final int[] heads;

    private final int[] next;
    /** Keys of pages that another window left behind. */
    private final List<Bytes> stale = new ArrayList<>();

    /** What is known of a picture. */
    public enum Finding {
        NEW,
        /** It is there under another identity. */
        OTHER_IDENTITY,
        /** It is there under the same identity, with another face_id. */
        SAME_IDENTITY
    }

    /**
     * Reads what is stored.
     *
     * @param window how many pictures are remembered; 0 for none
     */
    public RecentPictures(KeyValueStore<Bytes, byte[]> store, int window) {
        this.store = store;
        this.contents = new long[window];
        this.identities = new long[window];
        this.ranks = new long[window];
        this.next = new int[window];
        this.heads = new int[Math.max(1, Integer.highestOneBit(Math.max(1, window)))];
        Arrays.fill(heads, NONE);
        for (int page = 0; page * PAGE < window; page++) {
            restore(page);
        }
        int end = (window + PAGE - 1) / PAGE;
        try (KeyValueIterator<Bytes, byte[]> beyond = store.range(key(end), key(Integer.MAX_VALUE))) {
            beyond.forEachRemaining(page -> stale.add(page.key));
        }
    }

    private void restore(int page) {
        byte[] stored = store.get(key(page));
        if (stored == null) {
            return;
        }
        var bytes = ByteBuffer.wrap(stored);
        if (bytes.getInt() != contents.length) {
            stale.add(key(page)); // Of another window, so of other slots.
            return;
        }
        for (int slot = page * PAGE; bytes.hasRemaining(); slot++) {
            contents[slot] = bytes.getLong();
            identities[slot] = bytes.getLong();
            ranks[slot] = bytes.getLong();
            if (ranks[slot] != 0) {
                link(slot);
            }
        }
    }

    /** Removes what another window left in the store, where no erasure would reach it; to be called before the first change. */
    public void removeStale() {
        stale.forEach(store::delete);
        stale.clear();
    }

    /** Whether any picture is remembered. */
    public boolean isOn() {
        return contents.length > 0;
    }

    /** 64 bits that two texts or pictures hardly share. Checksums, not a digest: they are computed for every face. */
    public static long checksum(ByteBuffer bytes) {
        var high = new CRC32C();
        high.update(bytes.duplicate());
        var low = new CRC32();
        low.update(bytes.duplicate());
        return high.getValue() << 32 | low.getValue();
    }

    /**
     * Looks a picture up. A face that is there itself is no finding: it comes again.
     *
     * @param identity hash of who is shown
     * @param rank hash of identity and face_id
     */
    public Finding find(long content, long identity, long rank) {
        Finding finding = Finding.NEW;
        for (int slot = heads[bucket(content)]; slot != NONE; slot = next[slot]) {
            if (contents[slot] != content) {
                continue;
            }
            if (ranks[slot] == rank) {
                return Finding.NEW;
            }
            if (identities[slot] != identity) {
                finding = Finding.OTHER_IDENTITY;
            } else if (finding == Finding.NEW) {
                finding = Finding.SAME_IDENTITY;
            }
        }
        return finding;
    }

    /**
     * Remembers a picture in place of the oldest.
     *
     * @param number how many were remembered before
     */
    public void add(long number, long content, long identity, long rank) {
        int slot = (int) (number % contents.length);
        forget(slot);
        contents[slot] = content;
        identities[slot] = identity;
        ranks[slot] = rank == 0 ? 1 : rank;
        link(slot);
        save(slot / PAGE);
    }

    /** Forgets a face that was taken back. */
    public void retract(long rank) {
        forgetAll(slot -> ranks[(int) slot] == rank);
    }

    /** Forgets everything of an identity. */
    public void erase(long identity) {
        forgetAll(slot -> ranks[(int) slot] != 0 && identities[(int) slot] == identity);
    }

    private void forgetAll(LongPredicate isMeant) {
        var pages = new BitSet();
        for (int slot = 0; slot < contents.length; slot++) {
            if (isMeant.test(slot)) {
                forget(slot);
                pages.set(slot / PAGE);
            }
        }
        pages.stream().forEach(this::save);
    }

    private void forget(int slot) {
        if (ranks[slot] == 0) {
            return;
        }
        int bucket = bucket(contents[slot]);
        if (heads[bucket] == slot) {
            heads[bucket] = next[slot];
        } else {
            int before = heads[bucket];
            while (next[before] != slot) {
                before = next[before];
            }
            next[before] = next[slot];
        }
        contents[slot] = 0;
        identities[slot] = 0;
        ranks[slot] = 0;
    }

    private void link(int slot) {
        int bucket = bucket(contents[slot]);
        next[slot] = heads[bucket];
        heads[bucket] = slot;
    }

    private int bucket(long content) {
        return (int) (content ^ content >>> 32) & (heads.length - 1);
    }

    private void save(int page) {
        int from = page * PAGE;
        int to = Math.min(from + PAGE, contents.length);
        var bytes =
                ByteBuffer.allocate(Integer.BYTES + (to - from) * ENTRY_BYTES).putInt(contents.length);
        for (int slot = from; slot < to; slot++) {
            bytes.putLong(contents[slot]).putLong(identities[slot]).putLong(ranks[slot]);
        }
        store.put(key(page), bytes.array());
    }

    private static Bytes key(int page) {
        return Bytes.wrap(ByteBuffer.allocate(KEY.length + Integer.BYTES)
                .put(KEY)
                .putInt(page)
                .array());
    }
}
