package io.rangestream.sampler.internal.draw;

import java.util.Arrays;

/** A queue of ordinals that any of them can leave, linked in two arrays: every step takes the same time. Not thread-safe. */
final class OrdinalQueue {
    private static final int END = -1;
    private static final int ABSENT = -2;

    private int[] next = new int[0];
    private int[] previous = new int[0];
    private int first = END;
    private int last = END;

    boolean isEmpty() {
        return first == END;
    }

    int first() {
        if (first == END) {
            throw new IllegalStateException("nobody waits");
        }
        return first;
    }

    boolean contains(int ordinal) {
        return first != END && ordinal < next.length && next[ordinal] != ABSENT;
    }

    /** To the end; without effect on one that waits already. */
    void add(int ordinal) {
        if (contains(ordinal)) {
            return;
        }
        if (ordinal >= next.length) {
            int length = next.length;
            next = Arrays.copyOf(next, Capacity.over(ordinal, length));
            previous = Arrays.copyOf(previous, next.length);
            Arrays.fill(next, length, next.length, ABSENT);
        }
        next[ordinal] = END;
        previous[ordinal] = last;
        if (last == END) {
            first = ordinal;
        } else {
            next[last] = ordinal;
        }
        last = ordinal;
    }

    /** Takes one out, wherever it stands; without effect on one that does not wait. */
    void remove(int ordinal) {
        if (!contains(ordinal)) {
            return;
        }
        int after = next[ordinal];
        int before = previous[ordinal];
        if (before == END) {
            first = after;
        } else {
            next[before] = after;
        }
        if (after == END) {
            last = before;
        } else {
            previous[after] = before;
        }
        next[ordinal] = ABSENT;
    }
}
