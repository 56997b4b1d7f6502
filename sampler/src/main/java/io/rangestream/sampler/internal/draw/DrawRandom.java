package io.rangestream.sampler.internal.draw;

/**
 * SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014). Written out because the
 * algorithm behind {@link java.util.SplittableRandom}'s bounded draws has changed between Java releases, and batches are
 * to be equal on all of them. Not thread-safe.
 */
public final class DrawRandom {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    private DrawRandom(long state) {
        this.state = state;
    }

    /** The randomness of one batch. */
    public static DrawRandom of(long seed, int partition, long sequence) {
        return new DrawRandom(mix(mix(mix(seed + GOLDEN_GAMMA) + partition) + sequence));
    }

    /** A uniform number in 0 … bound - 1; without bias, by rejection. */
    public long below(long bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("nothing lies below " + bound);
        }
        while (true) {
            long bits = next() >>> 1;
            long value = bits % bound;
            if (bits - value + (bound - 1) >= 0) {
                return value;
            }
        }
    }

    /** Moves {@code take} random elements to the front, in random order (Fisher-Yates, stopped early). */
    public void shuffleFront(int[] elements, int take) {
        for (int i = 0; i < take; i++) {
            int j = i + (int) below(elements.length - i);
            int swapped = elements[i];
            elements[i] = elements[j];
            elements[j] = swapped;
        }
    }

    private long next() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    private static long mix(long z) {
        long mixed = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
