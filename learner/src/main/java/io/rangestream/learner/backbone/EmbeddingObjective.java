package io.rangestream.learner.backbone;

/**
 * What a backbone is trained towards. It sees embeddings only, so that losses and the classification head know nothing of the
 * engine that computes them.
 *
 * <p>A step calls {@link #lossAndGradient} once, then {@link #gradientSquaredNorm}, and {@link #update} only when loss and gradients
 * are finite. An implementation belongs to one training thread.
 */
public interface EmbeddingObjective {

    /**
     * Computes the loss of a batch and its gradient. Changes no parameter: what the step would change is applied by {@link #update},
     * and is forgotten when that call does not come.
     *
     * @param embeddings {@code [n, dim]}, row-major, not normalised; read only
     * @param n crops in the batch
     * @param gradient {@code [n, dim]}, filled with ∂(total loss)/∂embedding; the total is a mean over the batch, so nothing
     *     downstream divides by {@code n} again
     */
    LossTerms lossAndGradient(float[] embeddings, int n, float[] gradient);

    /** Squared Euclidean norm of the gradient of the objective's own parameters at the last batch; 0 when it has none. */
    double gradientSquaredNorm();

    /**
     * Takes the optimiser's step on the objective's own parameters with the gradient of the last batch.
     *
     * @param learningRate the rate of this step, warm-up included
     * @param gradientScale factor for the gradient, at most 1, from clipping the global norm
     */
    void update(double learningRate, double gradientScale);
}
