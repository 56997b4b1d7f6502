package io.rangestream.learner.loss;

import java.util.function.ObjDoubleConsumer;

/**
 * What it costs to leave an older version's embeddings: {@code 1 − cos(x, t)}, x the embedding of a crop and t the older version's of the same
 * crop, averaged over the batch. This is the less-forget constraint of Hou, Pan, Loy, Wang and Lin, "Learning a Unified Classifier
 * Incrementally via Rebalancing" (CVPR 2019), with the older version as teacher. It looks at directions, as those who compare embeddings
 * do; lengths are free.
 *
 * <p>Until {@link #hold} is called there is no term. An embedding of length 0, on either side, has no direction and no gradient. Not
 * thread-safe.
 */
public final class CompatibilityLoss implements EmbeddingLoss {
    public static final String NAME = "compatibility";

    private final double weight;
    private double[] teacher = new double[0];
    private int held = -1;
    private double value;

    /** @param weight against the classification loss */
    public CompatibilityLoss(double weight) {
        Weight.require(NAME + " weight", weight);
        this.weight = weight;
    }

    /**
     * Names what the next batches are held to, until it is called again.
     *
     * @param embeddings {@code [n, dim]}, the older version's of the crops of the batch; copied
     */
    public void hold(float[] embeddings, int n, int dim) {
        if (teacher.length < n * dim) {
            teacher = new double[n * dim];
        }
        held = n;
        for (int i = 0; i < n * dim; i++) {
            teacher[i] = embeddings[i];
        }
        for (int i = 0; i < n; i++) {
            double length = Math.sqrt(dot(teacher, teacher, i, dim));
            for (int d = i * dim; d < (i + 1) * dim; d++) {
                teacher[d] = length == 0 ? 0 : teacher[d] / length;
            }
        }
    }

    /** No version to be comparable with: there is no term until the next {@link #hold}. */
    public void release() {
        held = -1;
    }

    @Override
    public double addGradient(double[] embeddings, int[] labels, int n, int dim, double[] gradient) {
        if (held < 0) {
            return 0;
        }
        if (held != n) {
            throw new IllegalStateException("the batch has %d crops, %d are held".formatted(n, held));
        }
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double squared = dot(embeddings, embeddings, i, dim);
            double length = Math.sqrt(squared);
            double cosine = length == 0 ? 0 : dot(embeddings, teacher, i, dim) / length;
            sum += Math.max(0, 1 - cosine); // Rounding may take a cosine beyond 1.
            if (length == 0) {
                continue;
            }
            // ∂(1 − cos)/∂x = −(t − cos·x/‖x‖)/‖x‖, for t of length 1
            double factor = weight / n / length;
            for (int d = i * dim; d < (i + 1) * dim; d++) {
                gradient[d] -= factor * (teacher[d] - cosine * embeddings[d] / length);
            }
        }
        value = sum / n;
        return weight * value;
    }

    @Override
    public void report(ObjDoubleConsumer<String> terms) {
        if (held >= 0) {
            terms.accept(NAME, value);
        }
    }

    private static double dot(double[] a, double[] b, int row, int dim) {
        double sum = 0;
        for (int d = row * dim; d < (row + 1) * dim; d++) {
            sum += a[d] * b[d];
        }
        return sum;
    }
}
