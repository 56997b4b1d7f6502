package io.rangestream.learner.loss;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.ObjDoubleConsumer;

/**
 * Centre loss of Wen, Zhang, Li and Qiao, "A Discriminative Feature Learning Approach for Deep Face Recognition" (ECCV 2016, equation 2),
 * {@code ‖x − c‖²/2} with c the centre of the crop's identity, here as a mean over the batch. After a step the centres of the batch move
 * by equation 4, {@code c += rate · Σ(x − c) / (1 + count)}.
 *
 * <p>The centre of a new identity begins at the mean of its crops in its first batch; it is kept once a step with it is taken. Centres
 * take 4 · dim bytes for each label up to the largest. Not thread-safe.
 */
public final class CentreLoss implements EmbeddingLoss {
    public static final String NAME = "centre";
    private static final int FORMAT = 1;

    private final CentreLossSettings settings;
    private final BitSet known = new BitSet();
    private float[] centres = new float[0];
    private int dim;
    private double value;

    private double[] sums = new double[0];
    private int[] first = new int[0];
    private int[] counts = new int[0];
    private int[] batchLabels = new int[0];
    private int batch;

    public CentreLoss(CentreLossSettings settings) {
        this.settings = settings;
    }

    @Override
    public double addGradient(double[] embeddings, int[] labels, int n, int dimension, double[] gradient) {
        requireDimension(dimension);
        reserve(n);
        System.arraycopy(labels, 0, batchLabels, 0, n);
        batch = n;
        sum(embeddings, n);
        double weight = settings.weight() / n;
        double total = 0;
        for (int i = 0; i < n; i++) {
            for (int d = 0; d < dim; d++) {
                double away = embeddings[i * dim + d] - centre(i, d);
                total += away * away / 2;
                gradient[i * dim + d] += weight * away;
            }
        }
        value = n == 0 ? 0 : total / n;
        return settings.weight() * value;
    }

    @Override
    public void report(ObjDoubleConsumer<String> terms) {
        terms.accept(NAME, value);
    }

    @Override
    public void update() {
        for (int i = 0; i < batch; i++) {
            if (first[i] == i) {
                move(batchLabels[i], i);
            }
        }
        batch = 0;
    }

    @Override
    public void forget(int label) {
        known.clear(label);
        if (dim > 0 && label < centres.length / dim) {
            Arrays.fill(centres, label * dim, (label + 1) * dim, 0f);
        }
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeInt(FORMAT);
        out.writeInt(dim);
        out.writeInt(known.cardinality());
        for (int label = known.nextSetBit(0); label >= 0; label = known.nextSetBit(label + 1)) {
            out.writeInt(label);
            for (int d = 0; d < dim; d++) {
                out.writeFloat(centres[label * dim + d]);
            }
        }
    }

    @Override
    public void load(DataInput in) throws IOException {
        int format = in.readInt();
        if (format != FORMAT) {
            throw new IOException("not the centres of centre loss: format " + format);
        }
        known.clear();
        Arrays.fill(centres, 0f); // A centre is somebody's mean embedding: none may stay that is not loaded.
        batch = 0;
        dim = in.readInt();
        for (int left = in.readInt(); left > 0; left--) {
            int label = in.readInt();
            grow(label);
            known.set(label);
            for (int d = 0; d < dim; d++) {
                centres[label * dim + d] = in.readFloat();
            }
        }
    }

    /** A copy of the centre of a class, for tests. */
    float[] centreOf(int label) {
        return Arrays.copyOfRange(centres, label * dim, (label + 1) * dim);
    }

    boolean knows(int label) {
        return known.get(label);
    }

    /** Sums the crops of each identity at its first crop. */
    private void sum(double[] x, int n) {
        Arrays.fill(sums, 0, n * dim, 0.0);
        for (int i = 0; i < n; i++) {
            int j = 0;
            while (batchLabels[j] != batchLabels[i]) {
                j++;
            }
            first[i] = j;
            counts[i] = 0;
            counts[j]++;
            for (int d = 0; d < dim; d++) {
                sums[j * dim + d] += x[i * dim + d];
            }
        }
    }

    private double centre(int row, int d) {
        int label = batchLabels[row];
        return known.get(label) ? centres[label * dim + d] : sums[first[row] * dim + d] / counts[first[row]];
    }

    private void move(int label, int row) {
        boolean isNew = !known.get(label);
        grow(label);
        known.set(label);
        int count = counts[row];
        for (int d = 0; d < dim; d++) {
            int at = label * dim + d;
            double sum = sums[row * dim + d];
            centres[at] = isNew
                    ? (float) (sum / count)
                    : (float) (centres[at] + settings.rate() * (sum - count * (double) centres[at]) / (1 + count));
        }
    }

    private void requireDimension(int dimension) {
        if (dim != dimension) {
            if (!known.isEmpty()) {
                throw new IllegalArgumentException(
                        "embeddings of dimension %d, centres of %d".formatted(dimension, dim));
            }
            dim = dimension;
        }
    }

    private void reserve(int n) {
        if (first.length < n) {
            first = new int[n];
            counts = new int[n];
            batchLabels = new int[n];
        }
        if (sums.length < n * dim) {
            sums = new double[n * dim];
        }
    }

    private void grow(int label) {
        int needed = Math.multiplyExact(label + 1, dim);
        if (centres.length < needed) {
            centres = Arrays.copyOf(centres, Math.max(needed, 2 * centres.length));
        }
    }
}
