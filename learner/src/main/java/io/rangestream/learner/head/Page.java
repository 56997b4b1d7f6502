package io.rangestream.learner.head;

import io.rangestream.learner.optimizer.NesterovStep;
import io.rangestream.learner.optimizer.SquaredNorm;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A fixed number of rows of the head with weights, momentum and the gradient of the last batch. Rows not in use are zero. */
final class Page {

    static final int ROWS = 256;

    final int dim;
    final float[] weights;
    final float[] velocity;
    final float[] gradient;
    final float[] bias = new float[ROWS];
    final float[] biasVelocity = new float[ROWS];
    final float[] biasGradient = new float[ROWS];
    final @Nullable String[] identities = new @Nullable String[ROWS];

    /** {@code [ROWS, n]}: logits, then unnormalised probabilities, then ∂loss/∂logit. */
    float[] scores = new float[0];

    Page(int dim) {
        this.dim = dim;
        weights = new float[ROWS * dim];
        velocity = new float[ROWS * dim];
        gradient = new float[ROWS * dim];
    }

    /**
     * Computes the logits of all rows and raises {@code maximum} to them.
     *
     * @param transposed embeddings {@code [dim, n]}
     * @param maximum {@code [n]}, filled with the largest logit of each crop in this page
     */
    void score(float[] transposed, int n, float[] maximum) {
        if (scores.length != ROWS * n) {
            scores = new float[ROWS * n];
        }
        Arrays.fill(maximum, Float.NEGATIVE_INFINITY);
        for (int row = 0; row < ROWS; row++) {
            int at = row * n;
            if (identities[row] == null) {
                Arrays.fill(scores, at, at + n, Float.NEGATIVE_INFINITY);
                continue;
            }
            Arrays.fill(scores, at, at + n, bias[row]);
            RowBlock.addScaledRows(scores, at, transposed, 0, n, n, weights, row * dim, 1, dim);
            for (int b = 0; b < n; b++) {
                maximum[b] = Math.max(maximum[b], scores[at + b]);
            }
        }
    }

    /** Turns logits into {@code exp(logit − maximum)} and sums them into {@code sums [n]}. */
    void exponentiate(float[] maximum, int n, double[] sums) {
        Arrays.fill(sums, 0.0);
        for (int row = 0; row < ROWS; row++) {
            if (identities[row] != null) {
                for (int b = 0; b < n; b++) {
                    float e = (float) Math.exp(scores[row * n + b] - maximum[b]);
                    scores[row * n + b] = e;
                    sums[b] += e;
                }
            } else {
                Arrays.fill(scores, row * n, row * n + n, 0f);
            }
        }
    }

    /** Turns exponentials into ∂(mean cross-entropy)/∂logit, all but the target's −1/n. */
    void scale(float[] factor, int n) {
        for (int row = 0; row < ROWS; row++) {
            for (int b = 0; b < n; b++) {
                scores[row * n + b] *= factor[b];
            }
        }
    }

    /**
     * Fills the gradient of weights and biases and adds ∂loss/∂embedding.
     *
     * @param embeddings {@code [n, dim]}
     * @param embeddingGradient {@code [n, dim]}
     */
    void backward(float[] embeddings, int n, float[] embeddingGradient) {
        Arrays.fill(gradient, 0f);
        for (int row = 0; row < ROWS; row++) {
            if (identities[row] != null) {
                RowBlock.addScaledRows(gradient, row * dim, embeddings, 0, dim, dim, scores, row * n, 1, n);
            }
            double sum = 0;
            for (int b = 0; b < n; b++) {
                sum += scores[row * n + b];
            }
            biasGradient[row] = (float) sum;
        }
        for (int b = 0; b < n; b++) {
            RowBlock.addScaledRows(embeddingGradient, b * dim, weights, 0, dim, dim, scores, b, n, ROWS);
        }
    }

    double gradientSquaredNorm() {
        return SquaredNorm.of(gradient, 0, gradient.length) + SquaredNorm.of(biasGradient, 0, ROWS);
    }

    void update(NesterovStep step, float weightDecay) {
        step.apply(weights, velocity, gradient, 0, weights.length, weightDecay);
        step.apply(bias, biasVelocity, biasGradient, 0, ROWS, 0f);
    }

    void start(int row, String identity, float[] values) {
        identities[row] = identity;
        System.arraycopy(values, 0, weights, row * dim, dim);
    }

    void clear(int row) {
        identities[row] = null;
        for (float[] array : new float[][] {weights, velocity, gradient}) {
            Arrays.fill(array, row * dim, (row + 1) * dim, 0f);
        }
        bias[row] = 0f;
        biasVelocity[row] = 0f;
        biasGradient[row] = 0f;
    }
}
