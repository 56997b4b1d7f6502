package io.rangestream.sampler.internal.draw;

import java.util.Arrays;

/**
 * Weights with their running sums (Fenwick, 1994): changing a weight and finding the position at a sum take O(log n).
 * Grows as positions are used. Not thread-safe.
 */
final class FenwickTree {
    /** sums[i] covers the positions i - lowestBit(i) … i - 1; sums[0] is unused. */
    private long[] sums = new long[65];

    private long[] weights = new long[64];
    private long total;

    long total() {
        return total;
    }

    long weight(int position) {
        return position < weights.length ? weights[position] : 0;
    }

    void set(int position, long weight) {
        if (position >= weights.length) {
            grow(Math.max(position + 1, 2 * weights.length));
        }
        long difference = weight - weights[position];
        weights[position] = weight;
        total += difference;
        for (int i = position + 1; i < sums.length; i += i & -i) {
            sums[i] += difference;
        }
    }

    /** The position whose weight covers the point {@code at} of 0 … total - 1. */
    int find(long at) {
        if (at < 0 || at >= total) {
            throw new IllegalArgumentException("%d is not between 0 and %d".formatted(at, total - 1));
        }
        long rest = at;
        int position = 0;
        for (int step = Integer.highestOneBit(weights.length); step > 0; step >>= 1) {
            int next = position + step;
            if (next < sums.length && sums[next] <= rest) {
                position = next;
                rest -= sums[next];
            }
        }
        return position;
    }

    private void grow(int size) {
        weights = Arrays.copyOf(weights, size);
        sums = new long[size + 1];
        for (int i = 1; i <= size; i++) {
            sums[i] += weights[i - 1];
            int parent = i + (i & -i);
            if (parent <= size) {
                sums[parent] += sums[i];
            }
        }
    }
}
