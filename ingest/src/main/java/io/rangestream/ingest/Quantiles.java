package io.rangestream.ingest;

import java.util.Collection;

/**
 * How crops are spread over identities, by nearest rank: every figure is a number of crops that some identity has.
 *
 * @param min the fewest
 * @param p25 a quarter of the identities have at most as many
 * @param median half have at most as many
 * @param p75 three quarters have at most as many
 * @param p90 nine tenths have at most as many
 * @param max the most
 */
public record Quantiles(long min, long p25, long median, long p75, long p90, long max) {

    /** All zero where there is nothing. */
    static Quantiles of(Collection<Long> counts) {
        long[] sorted = counts.stream().mapToLong(Long::longValue).sorted().toArray();
        if (sorted.length == 0) {
            return new Quantiles(0, 0, 0, 0, 0, 0);
        }
        return new Quantiles(
                sorted[0], at(sorted, 25), at(sorted, 50), at(sorted, 75), at(sorted, 90), sorted[sorted.length - 1]);
    }

    private static long at(long[] sorted, int percent) {
        return sorted[Math.max(0, (sorted.length * percent + 99) / 100 - 1)];
    }

    @Override
    public String toString() {
        return "min %d, p25 %d, median %d, p75 %d, p90 %d, max %d".formatted(min, p25, median, p75, p90, max);
    }
}
