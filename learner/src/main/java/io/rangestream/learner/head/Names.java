package io.rangestream.learner.head;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which row an identity has: an open-addressing table of row numbers (linear probing, at most two thirds full) over the names in
 * UTF-8. It takes about 30 bytes and the name per identity, where a map of strings takes more than 100. Not thread-safe.
 */
final class Names {

    private static final int EMPTY = 0;
    private static final int SMALLEST = 64;

    /** Row + 1, or {@link #EMPTY}; the length is a power of two. */
    private int[] table = new int[SMALLEST];

    private byte[] @Nullable [] names = new byte[SMALLEST] @Nullable [];
    private int size;

    int size() {
        return size;
    }

    /** The row of an identity, or −1. */
    int rowOf(String identity) {
        return table[slotOf(bytes(identity))] - 1;
    }

    /** The name of a row in UTF-8, null when it is free. */
    byte @Nullable [] nameOf(int row) {
        return row < names.length ? names[row] : null;
    }

    /** Gives a row to an identity; neither may be taken. */
    void put(byte[] name, int row) {
        if (3 * (size + 1) > 2 * table.length) {
            grow();
        }
        if (row >= names.length) {
            names = Arrays.copyOf(names, Math.max(row + 1, names.length + names.length / 2));
        }
        names[row] = name;
        table[slotOf(name)] = row + 1;
        size++;
    }

    /**
     * Takes an identity's row away.
     *
     * @return the row, or −1 if it had none
     */
    int remove(String identity) {
        int slot = slotOf(bytes(identity));
        int row = table[slot] - 1;
        if (row >= 0) {
            names[row] = null;
            closeGap(slot);
            size--;
        }
        return row;
    }

    void clear() {
        table = new int[SMALLEST];
        names = new byte[SMALLEST] @Nullable [];
        size = 0;
    }

    static byte[] bytes(String identity) {
        return identity.getBytes(StandardCharsets.UTF_8);
    }

    /** Moves later entries of the same run forward, so that a search never meets a hole before its entry. */
    private void closeGap(int gap) {
        int mask = table.length - 1;
        int hole = gap;
        table[hole] = EMPTY;
        for (int slot = hole + 1 & mask; table[slot] != EMPTY; slot = slot + 1 & mask) {
            int home = home(name(table[slot] - 1));
            boolean mayMove = (slot - home & mask) >= (slot - hole & mask);
            if (mayMove) {
                table[hole] = table[slot];
                table[slot] = EMPTY;
                hole = slot;
            }
        }
    }

    /** Where the name stands, or the free place where it would. */
    private int slotOf(byte[] name) {
        int mask = table.length - 1;
        int slot = home(name);
        while (table[slot] != EMPTY && !Arrays.equals(names[table[slot] - 1], name)) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private int home(byte[] name) {
        int hash = Arrays.hashCode(name) * 0x9E3779B9;
        return (hash ^ hash >>> 15) & table.length - 1;
    }

    private void grow() {
        int[] old = table;
        table = new int[2 * old.length];
        for (int entry : old) {
            if (entry != EMPTY) {
                table[slotOf(name(entry - 1))] = entry;
            }
        }
    }

    private byte[] name(int row) {
        byte[] name = names[row];
        if (name == null) {
            throw new IllegalStateException("row %d has no name".formatted(row));
        }
        return name;
    }
}
