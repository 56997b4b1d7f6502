package io.rangestream.app.evaluate;

import org.jspecify.annotations.Nullable;

/**
 * A figure and its 95 % interval.
 *
 * @param value on the pairs as they are
 * @param lower 2.5 % quantile over the resamples; null when too few of them had pairs of both kinds
 * @param upper 97.5 % quantile
 */
public record Estimate(
        double value, @Nullable Double lower, @Nullable Double upper) {}
