package io.rangestream.learner.loss;

import java.util.Arrays;
import java.util.function.ObjDoubleConsumer;

/**
 * A loss without state of embeddings scaled to length 1, with the gradient of the embeddings as they were:
 * {@code (g − (g·u)u) / ‖x‖} for {@code u = x/‖x‖}. An embedding of length 0 stays as it is and has no gradient.
 */
final class UnitLength implements EmbeddingLoss {
    private final EmbeddingLoss loss;
    private double[] units = new double[0];
    private double[] slope = new double[0];

    UnitLength(EmbeddingLoss loss) {
        this.loss = loss;
    }

    @Override
    public double addGradient(double[] embeddings, int[] labels, int n, int dim, double[] gradient) {
        if (units.length < n * dim) {
            units = new double[n * dim];
            slope = new double[n * dim];
        }
        Arrays.fill(slope, 0, n * dim, 0.0);
        for (int i = 0; i < n; i++) {
            double length = length(embeddings, i, dim);
            for (int d = i * dim; d < (i + 1) * dim; d++) {
                units[d] = length == 0 ? 0 : embeddings[d] / length;
            }
        }
        double value = loss.addGradient(units, labels, n, dim, slope);
        for (int i = 0; i < n; i++) {
            double length = length(embeddings, i, dim);
            if (length == 0) {
                continue;
            }
            double along = 0;
            for (int d = i * dim; d < (i + 1) * dim; d++) {
                along += slope[d] * units[d];
            }
            for (int d = i * dim; d < (i + 1) * dim; d++) {
                gradient[d] += (slope[d] - along * units[d]) / length;
            }
        }
        return value;
    }

    @Override
    public void report(ObjDoubleConsumer<String> terms) {
        loss.report(terms);
    }

    private static double length(double[] x, int row, int dim) {
        double squared = 0;
        for (int d = row * dim; d < (row + 1) * dim; d++) {
            squared += x[d] * x[d];
        }
        return Math.sqrt(squared);
    }
}
