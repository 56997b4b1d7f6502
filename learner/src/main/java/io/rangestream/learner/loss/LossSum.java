package io.rangestream.learner.loss;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.ObjDoubleConsumer;
import java.util.stream.Stream;

/** The sum of some losses, for embeddings in float. Allocates nothing after the largest batch. Not thread-safe. */
public final class LossSum {
    private final EmbeddingLoss[] losses;
    private double[] points = new double[0];
    private double[] slope = new double[0];

    public LossSum(List<EmbeddingLoss> losses) {
        this.losses = losses.toArray(EmbeddingLoss[]::new);
    }

    /** The sum of these and one more. */
    public LossSum and(EmbeddingLoss further) {
        return new LossSum(
                Stream.concat(Arrays.stream(losses), Stream.of(further)).toList());
    }

    /**
     * The weighted losses of a batch; their gradient is added.
     *
     * @param embeddings {@code [n, dim]}, row-major
     * @param labels class of each row
     * @param gradient {@code [n, dim]}, to which ∂loss/∂embedding is added
     */
    public double addGradient(float[] embeddings, int[] labels, int n, int dim, float[] gradient) {
        if (losses.length == 0) {
            return 0;
        }
        int length = n * dim;
        if (points.length < length) {
            points = new double[length];
            slope = new double[length];
        }
        for (int i = 0; i < length; i++) {
            points[i] = embeddings[i];
        }
        Arrays.fill(slope, 0, length, 0.0);
        double sum = 0;
        for (EmbeddingLoss loss : losses) {
            sum += loss.addGradient(points, labels, n, dim, slope);
        }
        for (int i = 0; i < length; i++) {
            gradient[i] += (float) slope[i];
        }
        return sum;
    }

    /** Tells the names and the values of the terms at the last batch, each before its weight. */
    public void report(ObjDoubleConsumer<String> terms) {
        for (EmbeddingLoss loss : losses) {
            loss.report(terms);
        }
    }

    /** The step of the last batch is taken. */
    public void update() {
        for (EmbeddingLoss loss : losses) {
            loss.update();
        }
    }

    /** Forgets what is kept of a class. */
    public void forget(int label) {
        for (EmbeddingLoss loss : losses) {
            loss.forget(label);
        }
    }

    /** Writes the state of the losses that have one. */
    public void save(DataOutput out) throws IOException {
        for (EmbeddingLoss loss : losses) {
            loss.save(out);
        }
    }

    /** Reads what {@link #save} wrote. */
    public void load(DataInput in) throws IOException {
        for (EmbeddingLoss loss : losses) {
            loss.load(in);
        }
    }
}
