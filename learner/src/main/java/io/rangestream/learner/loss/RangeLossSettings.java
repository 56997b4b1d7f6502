package io.rangestream.learner.loss;

/**
 * The constants of range loss.
 *
 * @param k how many of the largest distances inside an identity count
 * @param margin squared distance that the centres of two identities should keep
 * @param alpha weight of the intra term
 * @param beta weight of the inter term
 * @param lambda weight of both beside the softmax loss
 * @param reduction how the identities of a batch are combined in the intra term
 * @param epsilon squared distances below it count as zero and give no gradient
 */
public record RangeLossSettings(
        int k, double margin, double alpha, double beta, double lambda, Reduction reduction, double epsilon) {

    /** How the intra terms of the identities in a batch are combined. */
    public enum Reduction {
        /** Their mean: the weight does not depend on how many identities a batch has. */
        MEAN,
        /** Their sum, as in the paper. */
        SUM
    }

    public RangeLossSettings {
        if (k < 1) {
            throw new IllegalArgumentException("k must be at least 1: " + k);
        }
        requireNotNegative("margin", margin);
        requireNotNegative("alpha", alpha);
        requireNotNegative("beta", beta);
        requireNotNegative("lambda", lambda);
        requireNotNegative("epsilon", epsilon);
    }

    /** k 2, margin 50, α 0.01, β 0.01, λ 1, mean over identities; the weights fit embeddings of norm around 7. */
    public static RangeLossSettings defaults() {
        return new RangeLossSettings(2, 50, 0.01, 0.01, 1, Reduction.MEAN, 1e-9);
    }

    private static void requireNotNegative(String name, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(name + " must be a number of at least 0: " + value);
        }
    }
}
