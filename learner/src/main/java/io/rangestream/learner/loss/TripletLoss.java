package io.rangestream.learner.loss;

import io.rangestream.learner.loss.TripletLossSettings.Mining;
import java.util.function.ObjDoubleConsumer;

/**
 * Triplet loss, the mean of {@code max(D(a, p) − D(a, n) + m, 0)} over anchors a, crops p of the same identity and crops n of another:
 *
 * <ul>
 *   <li>batch-hard: Hermans, Beyer and Leibe, "In Defense of the Triplet Loss for Person Re-Identification" (2017, arXiv:1703.07737,
 *       equation 5): one triplet of every anchor, its farthest p and its nearest n;
 *   <li>semi-hard: Schroff, Kalenichenko and Philbin, "FaceNet" (CVPR 2015, equations 3 and 4): one of every pair (a, p), the nearest n
 *       that is farther from a than p; the farthest of all n where none is.
 * </ul>
 *
 * <p>A crop without another of its identity is no anchor; a batch of one identity has no loss. Coinciding embeddings pull and push
 * nothing under the plain distance, which has no gradient there. Not thread-safe.
 */
public final class TripletLoss implements EmbeddingLoss {
    public static final String NAME = "triplet";
    private static final int NONE = -1;

    private final TripletLossSettings settings;
    private double[] squared = new double[0];
    private double value;

    public TripletLoss(TripletLossSettings settings) {
        this.settings = settings;
    }

    @Override
    public double addGradient(double[] embeddings, int[] labels, int n, int dim, double[] gradient) {
        findDistances(embeddings, n, dim);
        int triplets = countTriplets(labels, n);
        double sum = 0;
        for (int a = 0; a < n; a++) {
            if (settings.mining() == Mining.BATCH_HARD) {
                int positive = farthest(a, labels, n, true);
                int negative = nearestBeyond(a, Double.NEGATIVE_INFINITY, labels, n);
                sum += addTriplet(embeddings, a, positive, negative, n, dim, triplets, gradient);
            } else {
                for (int p = 0; p < n; p++) {
                    if (p != a && labels[p] == labels[a]) {
                        int beyond = nearestBeyond(a, squared[a * n + p], labels, n);
                        int negative = beyond == NONE ? farthest(a, labels, n, false) : beyond;
                        sum += addTriplet(embeddings, a, p, negative, n, dim, triplets, gradient);
                    }
                }
            }
        }
        value = triplets == 0 ? 0 : sum / triplets;
        return settings.weight() * value;
    }

    @Override
    public void report(ObjDoubleConsumer<String> terms) {
        terms.accept(NAME, value);
    }

    /** The loss of one triplet; its gradient is added. */
    private double addTriplet(
            double[] x, int anchor, int positive, int negative, int n, int dim, int triplets, double[] gradient) {
        if (positive == NONE || negative == NONE) {
            return 0;
        }
        double near = squared[anchor * n + positive];
        double far = squared[anchor * n + negative];
        Distance distance = settings.distance();
        double loss = distance.of(near) - distance.of(far) + settings.margin();
        if (loss <= 0) {
            return 0;
        }
        double share = settings.weight() / triplets;
        Distance.addPair(x, anchor, positive, dim, share * distance.slope(near), gradient);
        Distance.addPair(x, anchor, negative, dim, -share * distance.slope(far), gradient);
        return loss;
    }

    private void findDistances(double[] x, int n, int dim) {
        if (squared.length < n * n) {
            squared = new double[n * n];
        }
        for (int a = 0; a < n; a++) {
            for (int b = a; b < n; b++) {
                double d = Distance.squared(x, a, b, dim);
                squared[a * n + b] = d;
                squared[b * n + a] = d;
            }
        }
    }

    /** Anchors with a positive, or genuine pairs in both orders; none where there is no second identity. */
    private int countTriplets(int[] labels, int n) {
        int anchors = 0;
        int pairs = 0;
        boolean several = false;
        for (int a = 0; a < n; a++) {
            int positives = -1; // Not with itself.
            for (int b = 0; b < n; b++) {
                positives += labels[a] == labels[b] ? 1 : 0;
            }
            several |= positives + 1 < n;
            anchors += positives > 0 ? 1 : 0;
            pairs += positives;
        }
        if (!several) {
            return 0;
        }
        return settings.mining() == Mining.BATCH_HARD ? anchors : pairs;
    }

    private int farthest(int anchor, int[] labels, int n, boolean sameIdentity) {
        int found = NONE;
        for (int b = 0; b < n; b++) {
            boolean candidate = b != anchor && (labels[b] == labels[anchor]) == sameIdentity;
            if (candidate && (found == NONE || !(squared[anchor * n + b] <= squared[anchor * n + found]))) {
                found = b;
            }
        }
        return found;
    }

    /** The nearest crop of another identity with a larger distance than the given one. */
    private int nearestBeyond(int anchor, double limit, int[] labels, int n) {
        int found = NONE;
        for (int b = 0; b < n; b++) {
            double d = squared[anchor * n + b];
            boolean candidate = labels[b] != labels[anchor] && !(d <= limit);
            if (candidate && (found == NONE || !(d >= squared[anchor * n + found]))) {
                found = b;
            }
        }
        return found;
    }
}
