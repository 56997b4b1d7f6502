package io.rangestream.sampler.internal.draw;

import java.util.Arrays;

/**
 * Weights of positions 0, 1, 2, … with their sums in a tree of fan-out 32: changing a weight and finding the position at
 * a sum take a few steps, one for every factor of 32 in the number of positions, and each step reads side by side.
 *
 * <p>A Fenwick tree takes twice the memory beside its weights, and its steps, one for every factor of two, lie far apart:
 * with a million positions most of them miss the processor's caches. Grows as positions are used. Not thread-safe.
 */
final class WeightTree {
    private static final int BITS = 5;
    private static final int FAN_OUT = 1 << BITS;

    /** levels[0] has the weights, levels[i + 1] the sums of each 32 entries of levels[i]; the last one is one block. */
    private long[][] levels = {new long[FAN_OUT]};

    private long total;

    /** The sum of all weights. */
    long total() {
        return total;
    }

    long weight(int position) {
        return position < levels[0].length ? levels[0][position] : 0;
    }

    void set(int position, long weight) {
        if (position >= levels[0].length) {
            grow(position);
        }
        long difference = weight - levels[0][position];
        total += difference;
        int at = position;
        for (long[] level : levels) {
            level[at] += difference;
            at >>= BITS;
        }
    }

    /** The position whose weight covers the point {@code sum} of 0 … total - 1. */
    int find(long sum) {
        if (sum < 0 || sum >= total) {
            throw new IllegalArgumentException("%d is not between 0 and %d".formatted(sum, total - 1));
        }
        long rest = sum;
        int at = 0;
        for (int l = levels.length - 1; l >= 0; l--) {
            long[] level = levels[l];
            at <<= BITS;
            while (level[at] <= rest) {
                rest -= level[at++];
            }
        }
        return at;
    }

    /** The first position from {@code from} on with a weight; the first of all, if there is none. */
    int next(int from) {
        if (total == 0) {
            throw new IllegalStateException("no position has a weight");
        }
        int at = from;
        for (int l = 0; l < levels.length; l++) {
            int found = firstInBlock(levels[l], at);
            if (found >= 0) {
                return descend(l, found);
            }
            at = (at >> BITS) + 1;
        }
        return descend(levels.length - 1, firstInBlock(levels[levels.length - 1], 0));
    }

    private int descend(int level, int found) {
        int at = found;
        for (int l = level - 1; l >= 0; l--) {
            at = firstInBlock(levels[l], at << BITS);
        }
        return at;
    }

    /** The first entry with a weight from {@code from} to the end of its block of 32, or -1. */
    private static int firstInBlock(long[] level, int from) {
        int end = Math.min(level.length, (from | (FAN_OUT - 1)) + 1);
        for (int i = from; i < end; i++) {
            if (level[i] > 0) {
                return i;
            }
        }
        return -1;
    }

    private void grow(int position) {
        int size = Capacity.over(position, levels[0].length);
        int depth = 1;
        while (blocks(size, depth) > 1) {
            depth++;
        }
        long[][] grown = new long[depth][];
        for (int l = 0; l < depth; l++) {
            int length = blocks(size, l + 1) * FAN_OUT;
            grown[l] = l < levels.length ? Arrays.copyOf(levels[l], length) : new long[length];
        }
        for (int l = levels.length; l < depth; l++) {
            // What was the whole tree is the first entry of the level above it.
            grown[l][0] = total;
        }
        levels = grown;
    }

    private static int blocks(int size, int level) {
        return (int) (((long) size + (1L << (BITS * level)) - 1) >> (BITS * level));
    }
}
