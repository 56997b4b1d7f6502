package io.rangestream.app.experiment.continual;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mean over seeds with the 95 % confidence interval of Student's t.
 *
 * @param halfWidth null for a single value
 * @param count of the values
 */
record Interval(double mean, @Nullable Double halfWidth, int count) {
    /** 97.5 % quantiles of Student's t for 1, 2, 3, … degrees of freedom. */
    private static final double[] T = {
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120
    };

    /** Of the normal distribution, which is near enough for more. */
    private static final double NORMAL = 1.960;

    /** @param values at least one */
    static Interval of(List<Double> values) {
        double mean = values.stream().mapToDouble(v -> v).average().orElseThrow();
        int n = values.size();
        if (n == 1) {
            return new Interval(mean, null, 1);
        }
        double squares =
                values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        double quantile = n - 2 < T.length ? T[n - 2] : NORMAL;
        return new Interval(mean, quantile * Math.sqrt(squares / (n - 1) / n), n);
    }
}
