package io.rangestream.learner.backbone;

/**
 * The loss of one batch and its terms, each before its weight is applied; a term that is not in use is 0.
 *
 * @param total what is minimised, the weighted sum of the terms
 * @param softmax mean cross-entropy over the crops of the batch
 * @param intra spread inside identities, the first term of range loss
 * @param inter how far the closest two identity centres are inside the margin, the second term of range loss
 */
public record LossTerms(double total, double softmax, double intra, double inter) {

    /** Whether every term is a number one can train on. */
    public boolean isFinite() {
        return Double.isFinite(total) && Double.isFinite(softmax) && Double.isFinite(intra) && Double.isFinite(inter);
    }
}
