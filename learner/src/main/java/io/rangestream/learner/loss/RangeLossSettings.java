package io.rangestream.learner.loss;

import java.util.Arrays;
import java.util.Locale;

/**
 * The constants of range loss.
 *
 * @param k how many of the largest distances inside an identity count
 * @param margin distance that the centres of two identities should keep
 * @param alpha weight of the intra term
 * @param beta weight of the inter term
 * @param lambda weight of both beside the classification loss
 * @param reduction how the identities of a batch are combined in the intra term
 * @param epsilon distances below it count as zero and give no gradient
 * @param distance what a distance is
 * @param normalize whether embeddings are scaled to length 1 first
 */
public record RangeLossSettings(
        int k,
        double margin,
        double alpha,
        double beta,
        double lambda,
        Reduction reduction,
        double epsilon,
        Distance distance,
        boolean normalize) {

    /** How the intra terms of the identities in a batch are combined. */
    public enum Reduction {
        /** Their mean: the weight does not depend on how many identities a batch has. */
        MEAN,
        /** Their sum, as in the paper. */
        SUM;

        /**
         * Reads a configured value, in any case.
         *
         * @throws IllegalArgumentException in one line, naming the choices
         */
        public static Reduction of(String value) {
            return Arrays.stream(values())
                    .filter(reduction -> reduction.toString().equalsIgnoreCase(value))
                    .findFirst()
                    .orElseThrow(() ->
                            new IllegalArgumentException("unknown reduction '%s', known: mean, sum".formatted(value)));
        }

        /** The configured spelling. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public RangeLossSettings {
        if (k < 1) {
            throw new IllegalArgumentException("range.k must be at least 1: " + k);
        }
        Weight.require("range.margin", margin);
        Weight.require("range.alpha", alpha);
        Weight.require("range.beta", beta);
        Weight.require("range.lambda", lambda);
        Weight.require("range.epsilon", epsilon);
    }

    /** On squared distances between embeddings as they are. */
    public RangeLossSettings(
            int k, double margin, double alpha, double beta, double lambda, Reduction reduction, double epsilon) {
        this(k, margin, alpha, beta, lambda, reduction, epsilon, Distance.SQUARED, false);
    }

    /** k 2, margin 50, α 0.003, β 0.003, λ 1, mean over identities (docs/decisions/0012-defaults-of-the-losses.md). */
    public static RangeLossSettings defaults() {
        return new RangeLossSettings(2, 50, 0.003, 0.003, 1, Reduction.MEAN, 1e-9);
    }
}
