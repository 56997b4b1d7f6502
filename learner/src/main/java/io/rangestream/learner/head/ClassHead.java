package io.rangestream.learner.head;

import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.optimizer.NesterovStep;
import io.rangestream.learner.parallel.Lanes;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * A softmax classifier over the identities seen so far: one weight row and bias per identity, in pages, so that growing copies
 * nothing and a row never moves. Rows of erased identities are used again.
 *
 * <p>A new identity's row belongs to the step that brings it: it is kept by {@link #update} and forgotten when the next batch, or a
 * checkpoint, comes without one. The result does not depend on the number of threads. Not thread-safe.
 */
public final class ClassHead {

    private static final int FORMAT = 1;

    /** Partial sums of the embedding gradient; fixed, so that the order of additions is. */
    private static final int STRIPES = 8;

    /**
     * Norm of a new row, that of a row of a PyTorch linear layer: √dim · U(±1/√dim) has norm 1/√3. The mean embedding itself, of norm 7
     * to 30, would give logits in the hundreds (docs/decisions/0004-new-rows-of-the-head.md).
     */
    private static final double STARTING_NORM = 1 / Math.sqrt(3);

    private final int dim;
    private final OptimizerSettings settings;
    private final Lanes lanes;
    private final List<Page> pages = new ArrayList<>();
    private final Map<String, Integer> rows = new HashMap<>();
    private final TreeSet<Integer> free = new TreeSet<>();
    private final Deque<String> pending = new ArrayDeque<>();
    private final float[][] stripes = new float[STRIPES][];
    private int used;

    private float[] transposed = new float[0];
    private float[][] pageMaxima = new float[0][];
    private double[][] pageSums = new double[0][];

    /**
     * @param dim length of an embedding
     * @param settings momentum and weight decay; biases are not decayed
     * @param lanes threads for the loops; stays the caller's to close
     */
    public ClassHead(int dim, OptimizerSettings settings, Lanes lanes) {
        this.dim = dim;
        this.settings = settings;
        this.lanes = lanes;
    }

    /** Identities that have a row. */
    public int size() {
        return rows.size();
    }

    /** The row of an identity, or −1. */
    public int rowOf(String identity) {
        return rows.getOrDefault(identity, -1);
    }

    /**
     * Gives an identity a row when it has none.
     *
     * @param meanEmbedding {@code [dim]}, mean embedding of the identity's crops in its first batch; gives the new row its direction
     * @return the row
     */
    public int ensure(String identity, float[] meanEmbedding) {
        Integer known = rows.get(identity);
        if (known != null) {
            return known;
        }
        int row = free.isEmpty() ? used++ : removeFirstFree();
        if (row == pages.size() * Page.ROWS) {
            pages.add(new Page(dim));
        }
        page(row).start(row % Page.ROWS, identity, scaled(meanEmbedding));
        rows.put(identity, row);
        pending.push(identity);
        return row;
    }

    /**
     * Forgets an identity: weights, momentum and name.
     *
     * @return whether it had a row
     */
    public boolean erase(String identity) {
        discardPending();
        return remove(identity);
    }

    /**
     * Mean cross-entropy of a batch over all identities.
     *
     * @param embeddings {@code [n, dim]}
     * @param targets row of each crop's identity
     * @param gradient {@code [n, dim]}, to which ∂loss/∂embedding is added
     */
    public double addGradient(float[] embeddings, int[] targets, int n, float[] gradient) {
        reserve(n);
        for (int b = 0; b < n; b++) {
            for (int d = 0; d < dim; d++) {
                transposed[d * n + b] = embeddings[b * dim + d];
            }
        }
        lanes.run(pages.size(), p -> pages.get(p).score(transposed, n, pageMaxima[p]));
        float[] maximum = maximum(n);
        double loss = 0;
        for (int b = 0; b < n; b++) {
            loss += (double) maximum[b] - page(targets[b]).scores[targets[b] % Page.ROWS * n + b];
        }
        lanes.run(pages.size(), p -> pages.get(p).exponentiate(maximum, n, pageSums[p]));
        var factor = new float[n];
        for (int b = 0; b < n; b++) {
            double sum = 0;
            for (int p = 0; p < pages.size(); p++) {
                sum += pageSums[p][b];
            }
            loss += Math.log(sum);
            factor[b] = (float) (1 / (sum * n));
        }
        lanes.run(pages.size(), p -> pages.get(p).scale(factor, n));
        for (int b = 0; b < n; b++) {
            page(targets[b]).scores[targets[b] % Page.ROWS * n + b] -= 1f / n;
        }
        lanes.run(STRIPES, s -> {
            Arrays.fill(stripes[s], 0, n * dim, 0f);
            for (int p = s; p < pages.size(); p += STRIPES) {
                pages.get(p).backward(embeddings, n, stripes[s]);
            }
        });
        for (float[] stripe : stripes) {
            for (int i = 0; i < n * dim; i++) {
                gradient[i] += stripe[i];
            }
        }
        return loss / n;
    }

    /** Squared norm of the gradient of weights and biases at the last batch. */
    public double gradientSquaredNorm() {
        var parts = new double[pages.size()];
        lanes.run(parts.length, p -> parts[p] = pages.get(p).gradientSquaredNorm());
        return Arrays.stream(parts).sum();
    }

    /** Takes the optimiser's step and keeps the rows that the batch brought. */
    public void update(double learningRate, double gradientScale) {
        var step = new NesterovStep((float) learningRate, (float) settings.momentum(), (float) gradientScale);
        float decay = (float) settings.weightDecay();
        lanes.run(pages.size(), p -> pages.get(p).update(step, decay));
        pending.clear();
    }

    /** Forgets rows of a batch whose step was not taken. */
    public void discardPending() {
        while (!pending.isEmpty()) {
            remove(pending.pop());
        }
    }

    /** Writes rows, momentum and names. Rows of a step that was not taken are forgotten first. */
    public void save(DataOutput out) throws IOException {
        discardPending();
        out.writeInt(FORMAT);
        out.writeInt(dim);
        out.writeInt(used);
        for (int row = 0; row < used; row++) {
            Page page = page(row);
            int at = row % Page.ROWS;
            String identity = page.identities[at];
            out.writeBoolean(identity != null);
            if (identity != null) {
                out.writeUTF(identity);
                out.writeFloat(page.bias[at]);
                out.writeFloat(page.biasVelocity[at]);
                for (int d = at * dim; d < (at + 1) * dim; d++) {
                    out.writeFloat(page.weights[d]);
                    out.writeFloat(page.velocity[d]);
                }
            }
        }
    }

    /**
     * Replaces everything by what {@link #save} wrote.
     *
     * @throws IOException when the bytes are not a head of this dimension
     */
    public void load(DataInput in) throws IOException {
        int format = in.readInt();
        int savedDim = in.readInt();
        if (format != FORMAT || savedDim != dim) {
            throw new IOException(
                    "not a head of dimension %d: format %d, dimension %d".formatted(dim, format, savedDim));
        }
        pages.clear();
        rows.clear();
        free.clear();
        pending.clear();
        used = in.readInt();
        for (int row = 0; row < used; row++) {
            if (row == pages.size() * Page.ROWS) {
                pages.add(new Page(dim));
            }
            if (!in.readBoolean()) {
                free.add(row);
                continue;
            }
            Page page = page(row);
            int at = row % Page.ROWS;
            String identity = in.readUTF();
            page.identities[at] = identity;
            rows.put(identity, row);
            page.bias[at] = in.readFloat();
            page.biasVelocity[at] = in.readFloat();
            for (int d = at * dim; d < (at + 1) * dim; d++) {
                page.weights[d] = in.readFloat();
                page.velocity[d] = in.readFloat();
            }
        }
    }

    /** A copy of an identity's weights, for tests. */
    float[] weightsOf(String identity) {
        int row = Objects.requireNonNull(rows.get(identity));
        int at = row % Page.ROWS * dim;
        return Arrays.copyOfRange(page(row).weights, at, at + dim);
    }

    private boolean remove(String identity) {
        Integer row = rows.remove(identity);
        if (row == null) {
            return false;
        }
        page(row).clear(row % Page.ROWS);
        free.add(row);
        while (used > 0 && free.remove(used - 1)) {
            used--;
        }
        return true;
    }

    private int removeFirstFree() {
        int row = free.first();
        free.remove(row);
        return row;
    }

    private Page page(int row) {
        return pages.get(row / Page.ROWS);
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

    private float[] maximum(int n) {
        var maximum = new float[n];
        Arrays.fill(maximum, Float.NEGATIVE_INFINITY);
        for (int p = 0; p < pages.size(); p++) {
            for (int b = 0; b < n; b++) {
                maximum[b] = Math.max(maximum[b], pageMaxima[p][b]);
            }
        }
        return maximum;
    }

    private void reserve(int n) {
        if (transposed.length != dim * n) {
            transposed = new float[dim * n];
            for (int s = 0; s < STRIPES; s++) {
                stripes[s] = new float[n * dim];
            }
            pageMaxima = new float[0][];
        }
        if (pageMaxima.length < pages.size()) {
            pageMaxima = new float[pages.size()][n];
            pageSums = new double[pages.size()][n];
        }
    }
}
