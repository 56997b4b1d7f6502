package io.rangestream.learner.head;

import io.rangestream.learner.backbone.EmbeddingObjective;
import io.rangestream.learner.backbone.LossTerms;
import io.rangestream.learner.loss.RangeLoss;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The loss of the learner, {@code L = L_softmax + λ(α·L_intra + β·L_inter)}: cross-entropy over all identities seen so far plus range
 * loss over the batch. Call {@link #batch} before each step. Not thread-safe.
 */
public final class JointObjective implements EmbeddingObjective {

    private final int dim;
    private final ClassHead head;
    private final @Nullable RangeLoss range;
    private List<String> identities = List.of();
    private int[] targets = new int[0];

    private JointObjective(int dim, ClassHead head, @Nullable RangeLoss range) {
        this.dim = dim;
        this.head = head;
        this.range = range;
    }

    /** Cross-entropy alone. */
    public static JointObjective softmax(int dim, ClassHead head) {
        return new JointObjective(dim, head, null);
    }

    /** Cross-entropy and range loss. */
    public static JointObjective softmaxAndRange(int dim, ClassHead head, RangeLoss range) {
        return new JointObjective(dim, head, range);
    }

    /**
     * An objective by its configured name.
     *
     * @param terms {@code softmax} or {@code softmax+range}
     * @param range used by {@code softmax+range}
     * @throws IllegalArgumentException in one line, naming the choices
     */
    public static JointObjective of(String terms, int dim, ClassHead head, RangeLoss range) {
        return switch (terms) {
            case "softmax" -> softmax(dim, head);
            case "softmax+range" -> softmaxAndRange(dim, head, range);
            default ->
                throw new IllegalArgumentException("unknown loss '%s', known: softmax, softmax+range".formatted(terms));
        };
    }

    /** Names the identity of every crop of the next step, in the order of the crops. */
    public void batch(List<String> identityOfCrop) {
        identities = List.copyOf(identityOfCrop);
    }

    @Override
    public LossTerms lossAndGradient(float[] embeddings, int n, float[] gradient) {
        if (identities.size() != n) {
            throw new IllegalStateException("batch() named %d crops, the step has %d".formatted(identities.size(), n));
        }
        head.discardPending();
        findRows(embeddings, n);
        Arrays.fill(gradient, 0, n * dim, 0f);
        double softmax = head.addGradient(embeddings, targets, n, gradient);
        if (range == null) {
            return new LossTerms(softmax, softmax, 0, 0);
        }
        double weighted = range.addGradient(embeddings, targets, n, dim, gradient);
        return new LossTerms(softmax + weighted, softmax, range.intra(), range.inter());
    }

    @Override
    public double gradientSquaredNorm() {
        return head.gradientSquaredNorm();
    }

    @Override
    public void update(double learningRate, double gradientScale) {
        head.update(learningRate, gradientScale);
    }

    /** Finds the rows of the batch; an identity without one gets it, started from the mean of its embeddings in this batch. */
    private void findRows(float[] embeddings, int n) {
        if (targets.length < n) {
            targets = new int[n];
        }
        for (int i = 0; i < n; i++) {
            String identity = identities.get(i);
            int row = head.rowOf(identity);
            targets[i] = row >= 0 ? row : head.ensure(identity, meanOf(identity, embeddings, n));
        }
    }

    private float[] meanOf(String identity, float[] embeddings, int n) {
        var mean = new float[dim];
        int count = 0;
        for (int i = 0; i < n; i++) {
            if (identities.get(i).equals(identity)) {
                count++;
                for (int d = 0; d < dim; d++) {
                    mean[d] += embeddings[i * dim + d];
                }
            }
        }
        for (int d = 0; d < dim; d++) {
            mean[d] /= count;
        }
        return mean;
    }
}
