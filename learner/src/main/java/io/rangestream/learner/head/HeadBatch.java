package io.rangestream.learner.head;

/** The embeddings of a step as the logits see them, and where the target of each lies among the rows of the step. */
final class HeadBatch {

    final int dim;
    int n;

    /** {@code [n, dim]}, of unit length for cosines. */
    float[] embeddings = new float[0];

    /** The same, {@code [dim, n]}. */
    float[] transposed = new float[0];

    /** Norm of each embedding, for cosines. */
    float[] norms = new float[0];

    /** Place of each crop's target among the rows of the step. */
    int[] slots = new int[0];

    /** The target's logit, its margin taken off. */
    float[] targetLogits = new float[0];

    /** ∂logit/∂cosine of each target. */
    float[] targetSlopes = new float[0];

    HeadBatch(int dim) {
        this.dim = dim;
    }

    void fill(float[] values, int[] targets, int count, ClassSample sample, boolean unitLength) {
        n = count;
        if (slots.length != n) {
            embeddings = new float[n * dim];
            transposed = new float[n * dim];
            norms = new float[n];
            slots = new int[n];
            targetLogits = new float[n];
            targetSlopes = new float[n];
        }
        System.arraycopy(values, 0, embeddings, 0, n * dim);
        for (int b = 0; b < n; b++) {
            if (unitLength) {
                norms[b] = UnitVectors.normalise(values, b * dim, dim, embeddings, b * dim);
            }
            for (int d = 0; d < dim; d++) {
                transposed[d * n + b] = embeddings[b * dim + d];
            }
            slots[b] = sample.slotOf(targets[b]);
        }
    }
}
