package io.rangestream.learner.head;

import io.rangestream.learner.optimizer.SquaredNorm;
import io.rangestream.learner.optimizer.UpdateRule;
import io.rangestream.learner.optimizer.WeightUpdate;
import java.util.Arrays;

/**
 * Some of the rows of a step, copied together: their logits, probabilities and gradients. There are as many blocks as a step has rows,
 * not as the head has, and the next step uses them again.
 */
final class Block {

    static final int ROWS = 64;

    private final int dim;
    private final Logits logits;
    private final float scale;

    /** {@code [ROWS, dim]}: the rows, of unit length for cosines. */
    private final float[] rows;

    private final float[] norms = new float[ROWS];
    private final float[] gradient;
    private final float[] biasGradient = new float[ROWS];

    /** {@code [ROWS, n]}: logits, then unnormalised probabilities, then ∂loss/∂logit, for cosines ∂loss/∂cosine. */
    private float[] scores = new float[0];

    private int first;
    private int count;

    Block(int dim, Logits logits) {
        this.dim = dim;
        this.logits = logits;
        scale = logits instanceof Logits.Cosine cosine ? (float) cosine.scale() : 1f;
        rows = new float[ROWS * dim];
        gradient = new float[ROWS * dim];
    }

    /**
     * Takes the rows from slot {@code from} on and computes their logits.
     *
     * @param maximum {@code [n]}, filled with the largest logit of each crop in this block
     */
    void score(ClassRows head, ClassSample sample, int from, HeadBatch batch, float[] maximum) {
        int n = batch.n;
        first = from;
        count = Math.min(ROWS, sample.count() - from);
        if (scores.length != ROWS * n) {
            scores = new float[ROWS * n];
        }
        for (int r = 0; r < count; r++) {
            int row = sample.row(first + r);
            Page page = head.page(row);
            int weights = ClassRows.inPage(row) * dim;
            float offset = (float) sample.logWeight(first + r);
            if (logits instanceof Logits.Cosine) {
                norms[r] = UnitVectors.normalise(page.weights, weights, dim, rows, r * dim);
            } else {
                System.arraycopy(page.weights, weights, rows, r * dim, dim);
                offset += page.bias[ClassRows.inPage(row)];
            }
            Arrays.fill(scores, r * n, r * n + n, 0f);
            RowBlock.addScaledRows(scores, r * n, batch.transposed, 0, n, n, rows, r * dim, 1, dim);
            for (int b = 0; b < n; b++) {
                scores[r * n + b] = scale * scores[r * n + b] + offset;
            }
        }
        scoreTargets(batch);
        Arrays.fill(maximum, Float.NEGATIVE_INFINITY);
        for (int r = 0; r < count; r++) {
            for (int b = 0; b < n; b++) {
                maximum[b] = Math.max(maximum[b], scores[r * n + b]);
            }
        }
    }

    /** Turns logits into {@code exp(logit − maximum)} and sums them into {@code sums [n]}. */
    void exponentiate(float[] maximum, int n, double[] sums) {
        Arrays.fill(sums, 0.0);
        for (int r = 0; r < count; r++) {
            for (int b = 0; b < n; b++) {
                float e = (float) Math.exp(scores[r * n + b] - maximum[b]);
                scores[r * n + b] = e;
                sums[b] += e;
            }
        }
    }

    /** Turns exponentials into ∂(mean loss)/∂(w·x), with 1 / (n · sum) of each crop as its factor. */
    void differentiate(float[] factor, HeadBatch batch) {
        int n = batch.n;
        for (int r = 0; r < count; r++) {
            for (int b = 0; b < n; b++) {
                scores[r * n + b] *= factor[b] * scale;
            }
        }
        for (int b = 0; b < n; b++) {
            if (isHere(batch.slots[b])) {
                int at = (batch.slots[b] - first) * n + b;
                float probability = scores[at] / scale;
                scores[at] = (probability - 1f / n) * batch.targetSlopes[b];
            }
        }
    }

    /**
     * Fills the gradient of rows and biases and adds that of the embeddings, which for cosines are those of unit length.
     *
     * @param embeddingGradient {@code [n, dim]}
     */
    void backward(HeadBatch batch, float[] embeddingGradient) {
        int n = batch.n;
        Arrays.fill(gradient, 0, count * dim, 0f);
        for (int r = 0; r < count; r++) {
            RowBlock.addScaledRows(gradient, r * dim, batch.embeddings, 0, dim, dim, scores, r * n, 1, n);
            if (logits instanceof Logits.Cosine) {
                UnitVectors.gradient(gradient, r * dim, dim, rows, r * dim, norms[r]);
            } else if (hasBias()) {
                double sum = 0;
                for (int b = 0; b < n; b++) {
                    sum += scores[r * n + b];
                }
                biasGradient[r] = (float) sum;
            }
        }
        for (int b = 0; b < n; b++) {
            RowBlock.addScaledRows(embeddingGradient, b * dim, rows, 0, dim, dim, scores, b, n, count);
        }
    }

    double gradientSquaredNorm() {
        return SquaredNorm.of(gradient, 0, count * dim) + (hasBias() ? SquaredNorm.of(biasGradient, 0, count) : 0);
    }

    /** Moves the rows themselves. Each counts its own updates, as rows are not all of one age nor in every step. */
    void update(ClassRows head, ClassSample sample, UpdateRule rule, double rate, double clip, float weightDecay) {
        for (int r = 0; r < count; r++) {
            int row = sample.row(first + r);
            Page page = head.page(row);
            int at = ClassRows.inPage(row);
            WeightUpdate update = rule.update(rate, clip, ++page.updates[at]);
            update.apply(page.weights, page.moments, at * dim, gradient, r * dim, dim, weightDecay);
            if (hasBias()) {
                update.apply(page.bias, page.biasMoments, at, biasGradient, r, 1, 0f);
            }
        }
    }

    /** Takes the margin off the cosines of targets in this block, and keeps what the loss needs of them. */
    private void scoreTargets(HeadBatch batch) {
        for (int b = 0; b < batch.n; b++) {
            if (isHere(batch.slots[b])) {
                int at = (batch.slots[b] - first) * batch.n + b;
                batch.targetSlopes[b] = 1f;
                if (logits instanceof Logits.Cosine cosine) {
                    double c = scores[at] / cosine.scale();
                    scores[at] = (float) (cosine.scale() * cosine.withMargin(c));
                    batch.targetSlopes[b] = (float) (cosine.scale() * cosine.slope(c));
                }
                batch.targetLogits[b] = scores[at];
            }
        }
    }

    private boolean isHere(int slot) {
        return slot >= first && slot < first + count;
    }

    private boolean hasBias() {
        return logits instanceof Logits.Linear linear && linear.bias();
    }
}
