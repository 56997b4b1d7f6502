package io.rangestream.ingest.synthetic;

/**
 * Random numbers that are the same on every JDK: SplitMix64 (Steele, Lea, Flood, 2014) written out, with nothing from
 * {@code Math} whose last bit is the platform's. Not thread-safe.
 */
final class Draws {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    /** A stream of its own for each pair of numbers under a seed. */
    Draws(long seed, long first, long second) {
        this.state = mix(mix(mix(seed) + first * GOLDEN_GAMMA) + second * GOLDEN_GAMMA);
    }

    long next() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** In [0, 1). */
    float unit() {
        return (next() >>> 40) * 0x1p-24f;
    }

    float between(float low, float high) {
        return low + (high - low) * unit();
    }

    /** In [low, high), dense in the middle: the mean of three. */
    float around(float low, float high) {
        return low + (high - low) * (unit() + unit() + unit()) / 3;
    }

    /** About normal, mean 0 and standard deviation 1: four uniforms, so never beyond 3.5. */
    float normal() {
        return (unit() + unit() + unit() + unit() - 2) * 1.7320508f;
    }

    boolean chance(float probability) {
        return unit() < probability;
    }

    int below(int bound) {
        return (int) Long.remainderUnsigned(next(), bound);
    }

    static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return b ^ (b >>> 31);
    }
}
