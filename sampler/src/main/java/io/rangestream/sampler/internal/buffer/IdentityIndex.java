package io.rangestream.sampler.internal.buffer;

import io.rangestream.sampler.config.BufferPolicy;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What is known of one identity besides the faces themselves: which slots hold faces of which rank, and which ranks were
 * seen but are not kept. A face's rank is a 64-bit hash of its name, uniform and the same whenever it is sent.
 *
 * <p>The reservoir keeps the faces of the smallest ranks (a bottom-k sketch; Cohen and Kaplan, PODC 2007): a uniform
 * sample of all distinct faces, whatever their order and however often each was sent. Not thread-safe.
 */
public final class IdentityIndex {
    private static final byte VERSION = 1;

    private final int ordinal;
    private long seen;
    /** Of the kept faces; for the reservoir by rank, otherwise by arrival. The next to go is at the policy's end. */
    private long[] ranks;

    private short[] slots;
    /** The smallest ranks of faces that were seen and are not kept, ascending. */
    private long[] remembered;

    private IdentityIndex(int ordinal, long seen, long[] ranks, short[] slots, long[] remembered) {
        this.ordinal = ordinal;
        this.seen = seen;
        this.ranks = ranks;
        this.slots = slots;
        this.remembered = remembered;
    }

    /** What became of a face that arrived. */
    public enum Outcome {
        DUPLICATE,
        PASSED_OVER,
        KEPT
    }

    /**
     * @param outcome what became of the face
     * @param slot where to put it if it is kept; what lies there is no longer kept
     */
    public record Admission(Outcome outcome, int slot) {}

    static IdentityIndex empty(int ordinal) {
        return new IdentityIndex(ordinal, 0, new long[0], new short[0], new long[0]);
    }

    Admission admit(long rank, BufferPolicy policy, int capacity, int rememberable) {
        if (position(rank) >= 0 || Arrays.binarySearch(remembered, rank) >= 0) {
            return new Admission(Outcome.DUPLICATE, -1);
        }
        seen++;
        if (ranks.length < capacity) {
            return keep(rank, freeSlot(), policy);
        }
        int victim = policy == BufferPolicy.RESERVOIR ? ranks.length - 1 : 0;
        if (policy == BufferPolicy.RESERVOIR && rank > ranks[victim]) {
            remember(rank, rememberable);
            return new Admission(Outcome.PASSED_OVER, -1);
        }
        remember(ranks[victim], rememberable);
        int slot = slots[victim];
        drop(victim);
        return keep(rank, slot, policy);
    }

    /** Takes a face back, so that it is new when it is sent again; the slot it lay in, or -1. */
    int retract(long rank) {
        int remembering = Arrays.binarySearch(remembered, rank);
        if (remembering >= 0) {
            remembered = without(remembered, remembering);
        }
        int position = position(rank);
        if (position < 0) {
            return -1;
        }
        int slot = slots[position];
        drop(position);
        return slot;
    }

    int ordinal() {
        return ordinal;
    }

    int kept() {
        return ranks.length;
    }

    long seen() {
        return seen;
    }

    /** The slot of the face at a position of the index's own order, 0 … kept - 1. */
    int slot(int position) {
        return slots[position];
    }

    long rank(int position) {
        return ranks[position];
    }

    boolean remembers(long rank) {
        return Arrays.binarySearch(remembered, rank) >= 0;
    }

    private Admission keep(long rank, int slot, BufferPolicy policy) {
        int at = ranks.length;
        if (policy == BufferPolicy.RESERVOIR) {
            at = 0;
            while (at < ranks.length && ranks[at] < rank) {
                at++;
            }
        }
        ranks = with(ranks, at, rank);
        short[] moved = new short[slots.length + 1];
        System.arraycopy(slots, 0, moved, 0, at);
        moved[at] = (short) slot;
        System.arraycopy(slots, at, moved, at + 1, slots.length - at);
        slots = moved;
        return new Admission(Outcome.KEPT, slot);
    }

    private void drop(int position) {
        ranks = without(ranks, position);
        short[] left = new short[slots.length - 1];
        System.arraycopy(slots, 0, left, 0, position);
        System.arraycopy(slots, position + 1, left, position, left.length - position);
        slots = left;
    }

    private void remember(long rank, int rememberable) {
        int at = -Arrays.binarySearch(remembered, rank) - 1;
        if (at < rememberable) {
            long[] grown = with(remembered, at, rank);
            remembered = grown.length > rememberable ? Arrays.copyOf(grown, rememberable) : grown;
        }
    }

    private int freeSlot() {
        boolean[] taken = new boolean[slots.length + 1];
        for (short slot : slots) {
            if (slot < taken.length) {
                taken[slot] = true;
            }
        }
        int free = 0;
        while (taken[free]) {
            free++;
        }
        return free;
    }

    private int position(long rank) {
        for (int i = 0; i < ranks.length; i++) {
            if (ranks[i] == rank) {
                return i;
            }
        }
        return -1;
    }

    private static long[] with(long[] values, int at, long value) {
        long[] grown = new long[values.length + 1];
        System.arraycopy(values, 0, grown, 0, at);
        grown[at] = value;
        System.arraycopy(values, at, grown, at + 1, values.length - at);
        return grown;
    }

    private static long[] without(long[] values, int at) {
        long[] left = new long[values.length - 1];
        System.arraycopy(values, 0, left, 0, at);
        System.arraycopy(values, at + 1, left, at, left.length - at);
        return left;
    }

    byte[] encode() {
        var bytes = ByteBuffer.allocate(
                1 + Integer.BYTES + Long.BYTES + Short.BYTES + ranks.length * 10 + remembered.length * Long.BYTES);
        bytes.put(VERSION).putInt(ordinal).putLong(seen).putShort((short) ranks.length);
        for (int i = 0; i < ranks.length; i++) {
            bytes.putShort(slots[i]).putLong(ranks[i]);
        }
        for (long rank : remembered) {
            bytes.putLong(rank);
        }
        return bytes.array();
    }

    static IdentityIndex decode(byte[] encoded) {
        var bytes = ByteBuffer.wrap(encoded);
        byte version = bytes.get();
        if (version != VERSION) {
            throw new IllegalStateException("the identity index is of version %d, not %d".formatted(version, VERSION));
        }
        int ordinal = bytes.getInt();
        long seen = bytes.getLong();
        int kept = bytes.getShort();
        long[] ranks = new long[kept];
        short[] slots = new short[kept];
        for (int i = 0; i < kept; i++) {
            slots[i] = bytes.getShort();
            ranks[i] = bytes.getLong();
        }
        long[] remembered = new long[bytes.remaining() / Long.BYTES];
        for (int i = 0; i < remembered.length; i++) {
            remembered[i] = bytes.getLong();
        }
        return new IdentityIndex(ordinal, seen, ranks, slots, remembered);
    }
}
