package io.rangestream.learner.head;

import io.rangestream.learner.backbone.EmbeddingObjective;
import io.rangestream.learner.backbone.LossTerms;
import io.rangestream.learner.loss.LossComposition;
import io.rangestream.learner.loss.LossSum;
import io.rangestream.learner.loss.RangeLoss;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Predicate;

/**
 * The loss of the learner: that of the head over all identities seen so far, plus losses on the embeddings of the batch, for example
 * {@code L = L_softmax + λ(α·L_intra + β·L_inter)}. Call {@link #batch} before each step. Not thread-safe.
 */
public final class JointObjective implements EmbeddingObjective {

    private static final String SOFTMAX = LossComposition.Classification.SOFTMAX.toString();

    private final int dim;
    private final String classification;
    private final ClassHead head;
    private final LossSum losses;
    private List<String> identities = List.of();
    private int[] targets = new int[0];
    private long seed;

    /**
     * @param dim length of an embedding
     * @param classification name of the head's loss
     * @param losses on embeddings; labels are rows of the head
     */
    public JointObjective(int dim, String classification, ClassHead head, LossSum losses) {
        this.dim = dim;
        this.classification = classification;
        this.head = head;
        this.losses = losses;
    }

    /** Cross-entropy alone. */
    public static JointObjective softmax(int dim, ClassHead head) {
        return new JointObjective(dim, SOFTMAX, head, new LossSum(List.of()));
    }

    /** Cross-entropy and range loss. */
    public static JointObjective softmaxAndRange(int dim, ClassHead head, RangeLoss range) {
        return new JointObjective(dim, SOFTMAX, head, new LossSum(List.of(range)));
    }

    /**
     * Prepares for the next step.
     *
     * @param identityOfCrop in the order of the crops
     * @param stepSeed source of all randomness in the step
     */
    public void batch(List<String> identityOfCrop, long stepSeed) {
        identities = List.copyOf(identityOfCrop);
        seed = stepSeed;
    }

    @Override
    public LossTerms lossAndGradient(float[] embeddings, int n, float[] gradient) {
        if (identities.size() != n) {
            throw new IllegalStateException("batch() named %d crops, the step has %d".formatted(identities.size(), n));
        }
        head.discardPending();
        findRows(embeddings, n);
        Arrays.fill(gradient, 0, n * dim, 0f);
        double total = head.addGradient(embeddings, targets, n, seed, gradient);
        var terms = new LinkedHashMap<String, Double>();
        terms.put(classification, total);
        total += losses.addGradient(embeddings, targets, n, dim, gradient);
        losses.report((name, value) -> terms.put(name, value));
        return new LossTerms(total, terms);
    }

    @Override
    public double gradientSquaredNorm() {
        return head.gradientSquaredNorm();
    }

    @Override
    public void update(double learningRate, double gradientScale) {
        head.update(learningRate, gradientScale);
        losses.update();
    }

    /** Forgets an identity: its row, its momentum, and what a loss keeps of it. */
    public void erase(String identity) {
        int row = head.rowOf(identity);
        if (row >= 0) {
            head.erase(identity);
            losses.forget(row);
        }
    }

    /** Writes the head and what the losses keep. */
    public void save(DataOutput out) throws IOException {
        head.save(out);
        losses.save(out);
    }

    /** Reads what {@link #save} wrote. */
    public void load(DataInput in) throws IOException {
        head.load(in);
        losses.load(in);
    }

    /**
     * Returns to what {@link #save} wrote: the optimiser's moments are cleared, and identities erased since get neither row nor centre,
     * even if they have come back: those saved were learned before the erasure.
     *
     * @param erasedSince whether an identity was erased since
     */
    public void restore(DataInput in, Predicate<String> erasedSince) throws IOException {
        BitSet gone = head.restore(in, erasedSince);
        losses.load(in);
        gone.stream().forEach(losses::forget);
    }

    /**
     * As {@link #load}, but identities erased since get neither row nor centre, even if they have come back.
     *
     * @param erasedSince whether an identity was erased since
     */
    public void loadWithout(DataInput in, Predicate<String> erasedSince) throws IOException {
        BitSet gone = head.loadWithout(in, erasedSince);
        losses.load(in);
        gone.stream().forEach(losses::forget);
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
