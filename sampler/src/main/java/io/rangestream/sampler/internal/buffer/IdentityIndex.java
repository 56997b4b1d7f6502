package io.rangestream.sampler.internal.buffer;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What is known of one identity besides the faces themselves: which slots hold faces of which rank, and which ranks were
 * seen lately but are not kept. A face's rank is a 64-bit hash of its name, uniform and the same whenever it is sent.
 * Not thread-safe.
 */
public final class IdentityIndex {
    private IdentityHeader header;
    /** Of the kept faces, in the order they arrived. */
    private long[] ranks;

    private short[] slots;
    /** Of the faces that were seen and are not kept, the last to leave at the end. */
    private long[] remembered;

    private IdentityIndex(IdentityHeader header, long[] ranks, short[] slots, long[] remembered) {
        this.header = header;
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
        return new IdentityIndex(IdentityHeader.empty(ordinal), new long[0], new short[0], new long[0]);
    }

    /**
     * Decides on a face that arrives.
     *
     * @param timestamp of the face, epoch milliseconds, -1 if it is unknown
     * @param rememberable how many of the faces that left or were passed over last are recognised from then on
     */
    Admission admit(long rank, long timestamp, EvictionPolicy policy, int capacity, int rememberable) {
        if (position(ranks, rank) >= 0 || remembers(rank)) {
            return new Admission(Outcome.DUPLICATE, -1);
        }
        header = header.arrived(timestamp);
        if (ranks.length < capacity) {
            int free = freeSlot();
            append(rank, free);
            return new Admission(Outcome.KEPT, free);
        }
        int victim = policy.victim(with(ranks, rank));
        if (victim == ranks.length) {
            remember(rank, rememberable);
            return new Admission(Outcome.PASSED_OVER, -1);
        }
        remember(ranks[victim], rememberable);
        int slot = slots[victim];
        drop(victim);
        append(rank, slot);
        return new Admission(Outcome.KEPT, slot);
    }

    /** Takes a face back, so that it is new when it is sent again; the slot it lay in, or -1. */
    int retract(long rank) {
        int remembering = position(remembered, rank);
        if (remembering >= 0) {
            remembered = without(remembered, remembering);
        }
        int position = position(ranks, rank);
        if (position < 0) {
            return -1;
        }
        int slot = slots[position];
        drop(position);
        return slot;
    }

    boolean hasAppeared() {
        return header.turn() == IdentityHeader.APPEARED;
    }

    /** It has been in a batch and waits for its first one no longer. */
    void appear() {
        header = header.withTurn(IdentityHeader.APPEARED);
    }

    /** It waits for its first batch, after everyone with a smaller turn. */
    void await(long turn) {
        header = header.withTurn(turn);
    }

    int ordinal() {
        return header.ordinal();
    }

    int kept() {
        return ranks.length;
    }

    long seen() {
        return header.seen();
    }

    /** The slot of the face at a position, 0 … kept - 1, in the order of arrival. */
    int slot(int position) {
        return slots[position];
    }

    long rank(int position) {
        return ranks[position];
    }

    boolean remembers(long rank) {
        return position(remembered, rank) >= 0;
    }

    private void append(long rank, int slot) {
        ranks = with(ranks, rank);
        slots = Arrays.copyOf(slots, slots.length + 1);
        slots[slots.length - 1] = (short) slot;
        header = header.keeping(ranks.length);
    }

    private void drop(int position) {
        ranks = without(ranks, position);
        short[] left = new short[slots.length - 1];
        System.arraycopy(slots, 0, left, 0, position);
        System.arraycopy(slots, position + 1, left, position, left.length - position);
        slots = left;
        header = header.keeping(ranks.length);
    }

    private void remember(long rank, int rememberable) {
        long[] grown = with(remembered, rank);
        remembered = Arrays.copyOfRange(grown, Math.max(0, grown.length - rememberable), grown.length);
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

    private static int position(long[] values, long value) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] == value) {
                return i;
            }
        }
        return -1;
    }

    private static long[] with(long[] values, long value) {
        long[] grown = Arrays.copyOf(values, values.length + 1);
        grown[values.length] = value;
        return grown;
    }

    private static long[] without(long[] values, int at) {
        long[] left = new long[values.length - 1];
        System.arraycopy(values, 0, left, 0, at);
        System.arraycopy(values, at + 1, left, at, left.length - at);
        return left;
    }

    byte[] encode() {
        int kept = ranks.length;
        var bytes = ByteBuffer.allocate(
                IdentityHeader.BYTES + kept * (Short.BYTES + Long.BYTES) + remembered.length * Long.BYTES);
        header.write(bytes);
        for (int i = 0; i < kept; i++) {
            bytes.putShort(slots[i]).putLong(ranks[i]);
        }
        for (long rank : remembered) {
            bytes.putLong(rank);
        }
        return bytes.array();
    }

    static IdentityIndex decode(byte[] encoded) {
        var bytes = ByteBuffer.wrap(encoded);
        IdentityHeader header = IdentityHeader.read(bytes);
        int kept = header.kept();
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
        return new IdentityIndex(header, ranks, slots, remembered);
    }
}
