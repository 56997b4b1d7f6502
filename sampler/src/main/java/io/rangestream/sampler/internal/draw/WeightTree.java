package io.rangestream.sampler.internal.draw;

import java.util.Arrays;

/**
 * Weights of positions 0, 1, 2, … with their sums in a tree of fan-out 32: changing a weight and finding the position at
 * a sum take a few steps, one for every factor of 32 in the number of positions, and each step reads side by side.
 *
 * <p>A position's weight depends on a small count, and only the count is kept for it: with a million positions, what is
 * read at random decides the time, and two bytes stay in the processor's caches where eight do not. Where weights are of
 * one order, positions are proposed at random and accepted by their weight instead (von Neumann's rejection), which reads
 * one count a proposal, all of them at the same time. Grows as positions are used. Not thread-safe.
 */
final class WeightTree {
    private static final int BITS = 5;
    private static final int FAN_OUT = 1 << BITS;

    /** Proposals for each acceptance up to which proposing is faster than walking down the sums. */
    private static final double EVEN = 8;

    private final long[] weightOf;
    /** How many positions have each count. */
    private final int[] occurrences;

    private long largest;
    /** One more than the last position with a weight. */
    private int end;

    private short[] counts = new short[FAN_OUT];
    /** sums[0] has the sum of each 32 weights, sums[i + 1] that of each 32 entries of sums[i]; the last one is one block. */
    private long[][] sums = {new long[FAN_OUT]};

    private long total;

    /** @param weightOf the weight of each possible count, up to 32 767; that of 0 is 0 */
    WeightTree(long[] weightOf) {
        this.weightOf = weightOf;
        this.occurrences = new int[weightOf.length];
    }

    /** The sum of all weights. */
    long total() {
        return total;
    }

    int count(int position) {
        return position < counts.length ? counts[position] : 0;
    }

    long weight(int position) {
        return weightOf[count(position)];
    }

    void set(int position, int count) {
        if (position >= counts.length) {
            grow(position);
        }
        int before = counts[position];
        long difference = weightOf[count] - weightOf[before];
        counts[position] = (short) count;
        occurrences[before]--;
        occurrences[count]++;
        total += difference;
        int at = position;
        for (long[] level : sums) {
            at >>= BITS;
            level[at] += difference;
        }
        largest = Math.max(largest, weightOf[count]);
        if (weightOf[before] == largest && occurrences[before] <= 0) {
            largest = largestInUse();
        }
        if (weightOf[count] > 0) {
            end = Math.max(end, position + 1);
        } else if (position + 1 == end) {
            end = total == 0 ? 0 : last() + 1;
        }
    }

    /** Whether {@link #propose} is the faster way to draw a position. */
    boolean isEven() {
        return (double) end * largest <= EVEN * total;
    }

    /**
     * Proposes positions, each of which, if it is accepted, was drawn with a chance in proportion to its weight.
     *
     * @param positions filled with the proposals
     * @param accepted filled with whether each is accepted
     */
    void propose(DrawRandom random, int[] positions, boolean[] accepted) {
        long[] points = new long[positions.length];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = (int) random.below(end);
            points[i] = random.below(largest);
        }
        // Apart from the loop above, so that the processor waits for all the counts at once.
        for (int i = 0; i < positions.length; i++) {
            accepted[i] = points[i] < weightOf[counts[positions[i]]];
        }
    }

    /** The position whose weight covers the point {@code sum} of 0 … total - 1. */
    int find(long sum) {
        if (sum < 0 || sum >= total) {
            throw new IllegalArgumentException("%d is not between 0 and %d".formatted(sum, total - 1));
        }
        long rest = sum;
        int at = 0;
        for (int l = sums.length - 1; l >= 0; l--) {
            long[] level = sums[l];
            at <<= BITS;
            while (level[at] <= rest) {
                rest -= level[at++];
            }
        }
        at <<= BITS;
        while (weightOf[counts[at]] <= rest) {
            rest -= weightOf[counts[at++]];
        }
        return at;
    }

    /** The first position from {@code from} on with a weight; the first of all, if there is none. */
    int next(int from) {
        if (total == 0) {
            throw new IllegalStateException("no position has a weight");
        }
        int position = firstCounted(from);
        if (position >= 0) {
            return position;
        }
        int at = (from >> BITS) + 1;
        for (int l = 0; l < sums.length; l++) {
            int found = firstInBlock(sums[l], at);
            if (found >= 0) {
                return descend(l, found);
            }
            at = (at >> BITS) + 1;
        }
        return descend(sums.length - 1, firstInBlock(sums[sums.length - 1], 0));
    }

    /** The last position with a weight, of which there is one. */
    private int last() {
        int at = lastOf(sums[sums.length - 1], 0);
        for (int l = sums.length - 2; l >= 0; l--) {
            at = lastOf(sums[l], at << BITS);
        }
        int position = (at << BITS) + FAN_OUT - 1;
        while (weightOf[counts[position]] == 0) {
            position--;
        }
        return position;
    }

    private static int lastOf(long[] level, int block) {
        int at = block + FAN_OUT - 1;
        while (level[at] == 0) {
            at--;
        }
        return at;
    }

    private long largestInUse() {
        long found = 0;
        for (int count = 0; count < weightOf.length; count++) {
            if (occurrences[count] > 0) {
                found = Math.max(found, weightOf[count]);
            }
        }
        return found;
    }

    private int descend(int level, int found) {
        int at = found;
        for (int l = level - 1; l >= 0; l--) {
            at = firstInBlock(sums[l], at << BITS);
        }
        return firstCounted(at << BITS);
    }

    /** The first position with a weight from {@code from} to the end of its block of 32, or -1. */
    private int firstCounted(int from) {
        int end = Math.min(counts.length, (from | (FAN_OUT - 1)) + 1);
        for (int i = from; i < end; i++) {
            if (weightOf[counts[i]] > 0) {
                return i;
            }
        }
        return -1;
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
        int size = Capacity.over(position, counts.length);
        counts = Arrays.copyOf(counts, blocks(size, 1) * FAN_OUT);
        int depth = 1;
        while (blocks(size, depth + 1) > 1) {
            depth++;
        }
        long[][] grown = new long[depth][];
        for (int l = 0; l < depth; l++) {
            int length = blocks(size, l + 2) * FAN_OUT;
            grown[l] = l < sums.length ? Arrays.copyOf(sums[l], length) : new long[length];
        }
        for (int l = sums.length; l < depth; l++) {
            // What was the whole tree is the first entry of the level above it.
            grown[l][0] = total;
        }
        sums = grown;
    }

    private static int blocks(int size, int level) {
        return (int) (((long) size + (1L << (BITS * level)) - 1) >> (BITS * level));
    }
}
