package io.rangestream.sampler.internal.draw;

/** How arrays by ordinal grow: by a quarter, since a half on average stays empty where they double. */
final class Capacity {
    private Capacity() {}

    /** A length that has room for the position. */
    static int over(int position, int length) {
        return Math.max(position + 1, length + (length >> 2) + 64);
    }
}
