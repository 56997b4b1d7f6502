package io.rangestream.learner.loss;

/**
 * The constants of contrastive loss.
 *
 * @param margin Euclidean distance that two identities should keep
 * @param weight of the loss beside the classification loss
 */
public record ContrastiveLossSettings(double margin, double weight) {
    public ContrastiveLossSettings {
        Weight.require("contrastive.margin", margin);
        Weight.require("contrastive.weight", weight);
    }

    /** Margin 10, weight 0.01; they fit embeddings of norm around 10. */
    public static ContrastiveLossSettings defaults() {
        return new ContrastiveLossSettings(10, 0.01);
    }
}
