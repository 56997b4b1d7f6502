package io.rangestream.learner.loss;

import io.rangestream.learner.loss.RangeLossSettings.Reduction;
import java.util.Arrays;

/**
 * Range loss of Zhang, Fang, Wen, Li and Qiao, "Range Loss for Deep Face Recognition with Long-tail" (2016, arXiv:1611.08976):
 *
 * <ul>
 *   <li>equation 5, intra: for every identity of the batch the harmonic mean of the k largest squared distances D between its
 *       embeddings, {@code k / Σ 1/D_j};
 *   <li>equation 6, inter: {@code max(m − D_centre, 0)}, D_centre the smallest squared distance between two identity centres, a centre
 *       being the mean of the batch's embeddings of the identity;
 *   <li>equation 4: {@code α·intra + β·inter}, here times λ.
 * </ul>
 *
 * <p>An identity with fewer than k pairs uses the pairs it has; one with a single crop has no intra term, and counts as zero in the
 * mean. A batch of one identity has no inter term. The harmonic mean is below k times its smallest distance, so it is taken as zero,
 * without gradient, as soon as one of the k distances is below ε.
 *
 * <p>Everything is computed in double, whichever method is called. Buffers are kept between calls: after the largest batch no call
 * allocates. Not thread-safe.
 */
public final class RangeLoss {

    private final RangeLossSettings settings;
    private final double[] largest;
    private final int[] largestFirst;
    private final int[] largestSecond;

    private double[] points = new double[0];
    private double[] slope = new double[0];
    private double[] centres = new double[0];
    private int[] group = new int[0];
    private int[] groupSize = new int[0];
    private int groups;
    private double intra;
    private double inter;

    public RangeLoss(RangeLossSettings settings) {
        this.settings = settings;
        largest = new double[settings.k()];
        largestFirst = new int[settings.k()];
        largestSecond = new int[settings.k()];
    }

    /**
     * The weighted loss of a batch; its gradient is added.
     *
     * @param embeddings {@code [n, dim]}, row-major
     * @param labels class of each row; any int, equal for equal identities
     * @param gradient {@code [n, dim]}, to which λ(α ∂intra + β ∂inter)/∂embedding is added
     * @return λ(α·intra + β·inter)
     */
    public double addGradient(double[] embeddings, int[] labels, int n, int dim, double[] gradient) {
        double loss = evaluate(embeddings, labels, n, dim);
        for (int i = 0; i < n * dim; i++) {
            gradient[i] += slope[i];
        }
        return loss;
    }

    /** As {@link #addGradient(double[], int[], int, int, double[])}, for floats. */
    public double addGradient(float[] embeddings, int[] labels, int n, int dim, float[] gradient) {
        if (points.length < n * dim) {
            points = new double[n * dim];
        }
        for (int i = 0; i < n * dim; i++) {
            points[i] = embeddings[i];
        }
        double loss = evaluate(points, labels, n, dim);
        for (int i = 0; i < n * dim; i++) {
            gradient[i] += (float) slope[i];
        }
        return loss;
    }

    /** The intra term of the last batch, before α and λ. */
    public double intra() {
        return intra;
    }

    /** The inter term of the last batch, before β and λ. */
    public double inter() {
        return inter;
    }

    private double evaluate(double[] x, int[] labels, int n, int dim) {
        reserve(n, dim);
        Arrays.fill(slope, 0, n * dim, 0.0);
        assignGroups(labels, n);
        addIntra(x, n, dim);
        addInter(x, n, dim);
        return settings.lambda() * (settings.alpha() * intra + settings.beta() * inter);
    }

    private void reserve(int n, int dim) {
        if (group.length < n) {
            group = new int[n];
            groupSize = new int[n];
        }
        if (slope.length < n * dim) {
            slope = new double[n * dim];
            centres = new double[n * dim];
        }
    }

    /** Numbers the identities in order of appearance. Quadratic in the batch, which is far below the cost of a distance. */
    private void assignGroups(int[] labels, int n) {
        groups = 0;
        for (int i = 0; i < n; i++) {
            int j = 0;
            while (labels[j] != labels[i]) {
                j++;
            }
            if (j == i) {
                group[i] = groups;
                groupSize[groups++] = 1;
            } else {
                group[i] = group[j];
                groupSize[group[i]]++;
            }
        }
    }

    private void addIntra(double[] x, int n, int dim) {
        double share = settings.reduction() == Reduction.MEAN && groups > 0 ? 1.0 / groups : 1.0;
        double weight = settings.lambda() * settings.alpha() * share;
        double sum = 0;
        for (int g = 0; g < groups; g++) {
            int found = findLargest(x, g, n, dim);
            double inverse = 0;
            boolean degenerate = found == 0;
            for (int j = 0; j < found; j++) {
                degenerate |= largest[j] < settings.epsilon() || largest[j] == 0;
                inverse += 1 / largest[j];
            }
            if (degenerate) {
                continue;
            }
            double mean = found / inverse;
            sum += mean;
            for (int j = 0; j < found; j++) {
                // ∂(k/Σ 1/D)/∂D_j = (k/Σ 1/D)² / (k·D_j²), and ∂D/∂x_a = 2(x_a − x_b).
                double factor = 2 * weight * mean * mean / (found * largest[j] * largest[j]);
                pull(x, largestFirst[j], largestSecond[j], dim, factor);
            }
        }
        intra = sum * share;
    }

    /** Fills {@link #largest} with the at most k largest squared distances inside a group and returns how many there are. */
    private int findLargest(double[] x, int g, int n, int dim) {
        int found = 0;
        for (int a = 0; a < n; a++) {
            if (group[a] != g) {
                continue;
            }
            for (int b = a + 1; b < n; b++) {
                if (group[b] != g) {
                    continue;
                }
                double d = squaredDistance(x, a, b, dim);
                int at = found;
                while (at > 0 && !(largest[at - 1] >= d)) {
                    at--;
                }
                if (at == settings.k()) {
                    continue;
                }
                found = Math.min(found + 1, settings.k());
                for (int j = found - 1; j > at; j--) {
                    largest[j] = largest[j - 1];
                    largestFirst[j] = largestFirst[j - 1];
                    largestSecond[j] = largestSecond[j - 1];
                }
                largest[at] = d;
                largestFirst[at] = a;
                largestSecond[at] = b;
            }
        }
        return found;
    }

    private void addInter(double[] x, int n, int dim) {
        inter = 0;
        if (groups < 2) {
            return;
        }
        Arrays.fill(centres, 0, groups * dim, 0.0);
        for (int i = 0; i < n; i++) {
            for (int d = 0; d < dim; d++) {
                centres[group[i] * dim + d] += x[i * dim + d] / groupSize[group[i]];
            }
        }
        double smallest = Double.POSITIVE_INFINITY;
        int first = 0;
        int second = 1;
        for (int q = 0; q < groups; q++) {
            for (int r = q + 1; r < groups; r++) {
                double d = squaredDistance(centres, q, r, dim);
                if (!(d >= smallest)) {
                    smallest = d;
                    first = q;
                    second = r;
                }
            }
        }
        if (smallest >= settings.margin()) {
            return;
        }
        inter = settings.margin() - smallest;
        double weight = settings.lambda() * settings.beta();
        for (int i = 0; i < n; i++) {
            if (group[i] == first || group[i] == second) {
                double sign = group[i] == first ? -1 : 1;
                double factor = sign * 2 * weight / groupSize[group[i]];
                for (int d = 0; d < dim; d++) {
                    slope[i * dim + d] += factor * (centres[first * dim + d] - centres[second * dim + d]);
                }
            }
        }
    }

    private void pull(double[] x, int a, int b, int dim, double factor) {
        for (int d = 0; d < dim; d++) {
            double push = factor * (x[a * dim + d] - x[b * dim + d]);
            slope[a * dim + d] += push;
            slope[b * dim + d] -= push;
        }
    }

    private static double squaredDistance(double[] x, int a, int b, int dim) {
        double sum = 0;
        for (int d = 0; d < dim; d++) {
            double difference = x[a * dim + d] - x[b * dim + d];
            sum += difference * difference;
        }
        return sum;
    }
}
