package io.rangestream.learner.loss;

import io.rangestream.learner.loss.RangeLossSettings.Reduction;
import java.util.Arrays;
import java.util.function.ObjDoubleConsumer;

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
 * <p>D is the squared distance, as in the paper, or the plain one. A batch's identities are summed, as in the paper, or averaged.
 */
public final class RangeLoss implements EmbeddingLoss {
    public static final String INTRA = "intra";
    public static final String INTER = "inter";

    private final RangeLossSettings settings;
    private final double[] largest;
    private final int[] largestFirst;
    private final int[] largestSecond;

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

    /** Range loss, on embeddings of length 1 where the settings say so. */
    public static EmbeddingLoss of(RangeLossSettings settings) {
        var loss = new RangeLoss(settings);
        return settings.normalize() ? new UnitLength(loss) : loss;
    }

    /** {@inheritDoc} It is λ(α·intra + β·inter). */
    @Override
    public double addGradient(double[] embeddings, int[] labels, int n, int dim, double[] gradient) {
        reserve(n, dim);
        assignGroups(labels, n);
        addIntra(embeddings, n, dim, gradient);
        addInter(embeddings, n, dim, gradient);
        return settings.lambda() * (settings.alpha() * intra + settings.beta() * inter);
    }

    @Override
    public void report(ObjDoubleConsumer<String> terms) {
        terms.accept(INTRA, intra);
        terms.accept(INTER, inter);
    }

    /** The intra term of the last batch, before α and λ. */
    public double intra() {
        return intra;
    }

    /** The inter term of the last batch, before β and λ. */
    public double inter() {
        return inter;
    }

    private void reserve(int n, int dim) {
        if (group.length < n) {
            group = new int[n];
            groupSize = new int[n];
        }
        if (centres.length < n * dim) {
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

    private void addIntra(double[] x, int n, int dim, double[] gradient) {
        double share = settings.reduction() == Reduction.MEAN && groups > 0 ? 1.0 / groups : 1.0;
        double weight = settings.lambda() * settings.alpha() * share;
        double sum = 0;
        for (int g = 0; g < groups; g++) {
            int found = findLargest(x, g, n, dim);
            if (found == 0) {
                continue;
            }
            double smallest = settings.distance().of(largest[found - 1]);
            if (smallest < settings.epsilon() || smallest == 0) {
                continue;
            }
            // k/Σ 1/D as k·min/Σ min/D: no intermediate value overflows, however small a distance is.
            double inverse = 0;
            for (int j = 0; j < found; j++) {
                inverse += smallest / settings.distance().of(largest[j]);
            }
            double mean = found * smallest / inverse;
            sum += mean;
            for (int j = 0; j < found; j++) {
                // ∂(k/Σ 1/D)/∂D_j = (k/Σ 1/D)² / (k·D_j²)
                double ratio = mean / settings.distance().of(largest[j]);
                double factor =
                        weight * ratio * ratio / found * settings.distance().slope(largest[j]);
                Distance.addPair(x, largestFirst[j], largestSecond[j], dim, factor, gradient);
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
                double d = Distance.squared(x, a, b, dim);
                int at = found;
                while (at > 0
                        && Double.compare(largest[at - 1], d) < 0) { // NaN is the largest, so that it is not lost.
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

    private void addInter(double[] x, int n, int dim, double[] gradient) {
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
                double d = Distance.squared(centres, q, r, dim);
                if (d < smallest || Double.isNaN(d)) {
                    smallest = d;
                    first = q;
                    second = r;
                }
            }
        }
        double distance = settings.distance().of(smallest);
        if (distance >= settings.margin()) {
            return;
        }
        inter = settings.margin() - distance;
        double weight =
                settings.lambda() * settings.beta() * settings.distance().slope(smallest);
        for (int i = 0; i < n; i++) {
            if (group[i] == first || group[i] == second) {
                double sign = group[i] == first ? -1 : 1;
                double factor = sign * weight / groupSize[group[i]];
                for (int d = 0; d < dim; d++) {
                    gradient[i * dim + d] += factor * (centres[first * dim + d] - centres[second * dim + d]);
                }
            }
        }
    }
}
