package io.rangestream.learner.head;

import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.parallel.Lanes;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

/**
 * A classifier over the identities seen so far: one row of weights, and a bias where the logits have one, per identity.
 *
 * <p>Up to {@link HeadSettings#sampledAbove} identities the softmax runs over all of them. Beyond, it runs over those of the batch and
 * over others drawn uniformly from the step's seed, each of which counts for all that it stands for (docs/decisions/0007): a step then
 * costs the same however many identities there are, and only its own rows move or decay.
 *
 * <p>A new identity's row belongs to the step that brings it: it is kept by {@link #update} and forgotten when the next batch, or a
 * checkpoint, comes without one. The result does not depend on the number of threads. Not thread-safe.
 */
public final class ClassHead {

    /** Partial sums of the embedding gradient; fixed, so that the order of additions is. */
    private static final int STRIPES = 8;

    /**
     * Norm of a new row, that of a row of a PyTorch linear layer: √dim · U(±1/√dim) has norm 1/√3. The mean embedding itself, of norm 7
     * to 30, would give logits in the hundreds (docs/decisions/0004-new-rows-of-the-head.md).
     */
    private static final double STARTING_NORM = 1 / Math.sqrt(3);

    private final int dim;
    private final HeadSettings settings;
    private final OptimizerSettings optimizer;
    private final Lanes lanes;
    private ClassRows rows;
    private final ClassSample sample;
    private final HeadBatch batch;
    private final Deque<String> pending = new ArrayDeque<>();

    private final List<Block> blocks = new ArrayList<>();
    private final float[][] stripes = new float[STRIPES][];
    private float[][] maxima = new float[0][];
    private double[][] sums = new double[0][];
    private float[] maximum = new float[0];
    private float[] factor = new float[0];

    /**
     * @param dim length of an embedding
     * @param optimizer the rule by which rows move, and their weight decay; biases are not decayed
     * @param lanes threads for the loops; stays the caller's to close
     */
    public ClassHead(int dim, HeadSettings settings, OptimizerSettings optimizer, Lanes lanes) {
        this.dim = dim;
        this.settings = settings;
        this.optimizer = optimizer;
        this.lanes = lanes;
        this.rows = new ClassRows(dim, optimizer.rule().moments());
        this.sample = new ClassSample(settings.sampledAbove(), settings.sampledClasses());
        this.batch = new HeadBatch(dim);
    }

    /** A head with {@link HeadSettings#defaults}. */
    public ClassHead(int dim, OptimizerSettings optimizer, Lanes lanes) {
        this(dim, HeadSettings.defaults(), optimizer, lanes);
    }

    /** Identities that have a row. */
    public int size() {
        return rows.size();
    }

    /** The row of an identity, or −1. */
    public int rowOf(String identity) {
        return rows.rowOf(identity);
    }

    /**
     * Gives an identity a row when it has none.
     *
     * @param meanEmbedding {@code [dim]}, mean embedding of the identity's crops in its first batch; gives the new row its direction
     * @return the row
     */
    public int ensure(String identity, float[] meanEmbedding) {
        int known = rows.rowOf(identity);
        if (known >= 0) {
            return known;
        }
        pending.push(identity);
        return rows.add(identity, scaled(meanEmbedding));
    }

    /**
     * Forgets an identity: weights, moments and name.
     *
     * @return whether it had a row
     */
    public boolean erase(String identity) {
        discardPending();
        return rows.remove(identity);
    }

    /**
     * Mean cross-entropy of a batch, over all identities or estimated from a sample of them.
     *
     * @param embeddings {@code [n, dim]}
     * @param targets row of each crop's identity
     * @param seed of the sample
     * @param gradient {@code [n, dim]}, to which ∂loss/∂embedding is added
     */
    public double addGradient(float[] embeddings, int[] targets, int n, long seed, float[] gradient) {
        boolean cosine = settings.logits() instanceof Logits.Cosine;
        sample.draw(rows, targets, n, seed);
        batch.fill(embeddings, targets, n, sample, cosine);
        int used = reserve(n);
        lanes.run(used, p -> blocks.get(p).score(rows, sample, p * Block.ROWS, batch, maxima[p]));
        findMaximum(used, n);
        lanes.run(used, p -> blocks.get(p).exponentiate(maximum, n, sums[p]));
        double loss = 0;
        for (int b = 0; b < n; b++) {
            double sum = 0;
            for (int p = 0; p < used; p++) {
                sum += sums[p][b];
            }
            loss += maximum[b] + Math.log(sum) - batch.targetLogits[b];
            factor[b] = (float) (1 / (sum * n));
        }
        lanes.run(STRIPES, s -> {
            Arrays.fill(stripes[s], 0, n * dim, 0f);
            for (int p = s; p < used; p += STRIPES) {
                blocks.get(p).differentiate(factor, batch);
                blocks.get(p).backward(batch, stripes[s]);
            }
        });
        addStripes(n, cosine, gradient);
        return loss / n;
    }

    /** Squared norm of the gradient of weights and biases at the last batch. */
    public double gradientSquaredNorm() {
        var parts = new double[blocksInUse()];
        lanes.run(parts.length, p -> parts[p] = blocks.get(p).gradientSquaredNorm());
        return Arrays.stream(parts).sum();
    }

    /** Takes the optimiser's step on the rows of the last batch and keeps those that it brought. */
    public void update(double learningRate, double gradientScale) {
        float decay = (float) optimizer.weightDecay();
        lanes.run(blocksInUse(), p -> blocks.get(p)
                .update(rows, sample, optimizer.rule(), learningRate, gradientScale, decay));
        sample.clear();
        pending.clear();
    }

    /** Forgets rows of a batch whose step was not taken. */
    public void discardPending() {
        sample.clear();
        while (!pending.isEmpty()) {
            rows.remove(pending.pop());
        }
    }

    /** Writes rows, moments and names. Rows of a step that was not taken are forgotten first. */
    public void save(DataOutput out) throws IOException {
        discardPending();
        rows.save(out);
    }

    /**
     * Replaces everything by what {@link #save} wrote.
     *
     * @throws IOException when the bytes are not a head of this dimension and optimiser
     */
    public void load(DataInput in) throws IOException {
        sample.clear();
        pending.clear();
        rows.load(in);
    }

    /**
     * Returns to what {@link #save} wrote: moments are cleared, and identities erased since get no row, even if they have one now.
     *
     * @param erasedSince whether an identity was erased since
     * @return rows of those identities
     * @throws IOException when the bytes are not a head of this dimension and optimiser
     */
    public BitSet restore(DataInput in, Predicate<String> erasedSince) throws IOException {
        BitSet gone = loadWithout(in, erasedSince);
        rows.clearMoments();
        return gone;
    }

    /**
     * As {@link #load}, but identities erased since get no row, even if they have one now.
     *
     * @param erasedSince whether an identity was erased since
     * @return rows of those identities
     * @throws IOException when the bytes are not a head of this dimension and optimiser
     */
    public BitSet loadWithout(DataInput in, Predicate<String> erasedSince) throws IOException {
        discardPending();
        var saved = new ClassRows(dim, optimizer.rule().moments());
        saved.load(in);
        BitSet gone = saved.removeIf(erasedSince);
        rows = saved;
        return gone;
    }

    /** Memory of all rows with their moments, in bytes; names, and the blocks of a step, come on top. */
    public long rowBytes() {
        return rows.bytes();
    }

    /** A copy of an identity's weights, for tests. */
    float[] weightsOf(String identity) {
        int row = rows.rowOf(identity);
        int at = ClassRows.inPage(row) * dim;
        return Arrays.copyOfRange(rows.page(row).weights, at, at + dim);
    }

    private float[] scaled(float[] mean) {
        double squared = 0;
        for (float v : mean) {
            squared += (double) v * v;
        }
        double scale = squared > 0 ? STARTING_NORM / Math.sqrt(squared) : 0;
        var row = new float[dim];
        for (int d = 0; d < dim; d++) {
            row[d] = (float) (mean[d] * scale);
        }
        return row;
    }

    private void findMaximum(int used, int n) {
        Arrays.fill(maximum, Float.NEGATIVE_INFINITY);
        for (int p = 0; p < used; p++) {
            for (int b = 0; b < n; b++) {
                maximum[b] = Math.max(maximum[b], maxima[p][b]);
            }
        }
    }

    private void addStripes(int n, boolean cosine, float[] gradient) {
        float[] sum = stripes[0];
        for (int s = 1; s < STRIPES; s++) {
            for (int i = 0; i < n * dim; i++) {
                sum[i] += stripes[s][i];
            }
        }
        for (int b = 0; cosine && b < n; b++) {
            UnitVectors.gradient(sum, b * dim, dim, batch.embeddings, b * dim, batch.norms[b]);
        }
        for (int i = 0; i < n * dim; i++) {
            gradient[i] += sum[i];
        }
    }

    private int blocksInUse() {
        return (sample.count() + Block.ROWS - 1) / Block.ROWS;
    }

    private int reserve(int n) {
        int used = blocksInUse();
        while (blocks.size() < used) {
            blocks.add(new Block(dim, settings.logits()));
        }
        if (maximum.length != n) {
            maximum = new float[n];
            factor = new float[n];
            for (int s = 0; s < STRIPES; s++) {
                stripes[s] = new float[n * dim];
            }
            maxima = new float[0][];
        }
        if (maxima.length < used) {
            maxima = new float[used][n];
            sums = new double[used][n];
        }
        return used;
    }
}
