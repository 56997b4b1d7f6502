package io.rangestream.learner.loss;

/**
 * The constants of centre loss.
 *
 * @param rate share of the way that a centre moves to its crops, in [0, 1]; the paper's α
 * @param weight of the loss beside the classification loss; the paper's λ
 */
public record CentreLossSettings(double rate, double weight) {
    public CentreLossSettings {
        if (!(rate >= 0 && rate <= 1)) {
            throw new IllegalArgumentException("centre.rate must be between 0 and 1: " + rate);
        }
        Weight.require("centre.weight", weight);
    }

    /** Rate 0.5, as in the paper; weight 0.01, which fits embeddings of norm around 10. */
    public static CentreLossSettings defaults() {
        return new CentreLossSettings(0.5, 0.01);
    }
}
