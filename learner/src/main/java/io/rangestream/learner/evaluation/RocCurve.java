package io.rangestream.learner.evaluation;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * The receiver operating characteristic of similarity scores.
 *
 * <p>Conventions: a pair is called genuine when its score is at or above the threshold; thresholds are observed scores, and
 * the lowest of the best is taken; the true acceptance rate at a false acceptance rate f counts genuine scores strictly
 * above the (⌊f·n⌋ + 1)-th largest of the n impostor scores.
 */
public final class RocCurve {
    private final double[] genuine;
    private final double[] impostor;

    /**
     * @param genuine scores of pairs of one person, at least one
     * @param impostor scores of pairs of two people, at least one
     * @throws IllegalArgumentException if either is empty
     */
    public RocCurve(double[] genuine, double[] impostor) {
        if (genuine.length == 0 || impostor.length == 0) {
            throw new IllegalArgumentException("a ROC curve needs pairs of both kinds");
        }
        this.genuine = genuine.clone();
        this.impostor = impostor.clone();
        Arrays.sort(this.genuine);
        Arrays.sort(this.impostor);
    }

    /** Area under the curve: the probability that a genuine pair scores above an impostor pair, ties counting half. */
    public double auc() {
        double above = 0;
        int below = 0;
        int upTo = 0;
        for (double score : genuine) {
            while (below < impostor.length && impostor[below] < score) {
                below++;
            }
            upTo = Math.max(upTo, below);
            while (upTo < impostor.length && impostor[upTo] == score) {
                upTo++;
            }
            above += below + (upTo - below) / 2.0;
        }
        return above / genuine.length / impostor.length;
    }

    /** Share of genuine pairs accepted when at most this share of impostor pairs is. */
    public double tarAtFar(double far) {
        int accepted = (int) Math.floor(far * impostor.length);
        if (accepted >= impostor.length) {
            return 1;
        }
        double threshold = impostor[impostor.length - 1 - accepted];
        return (double) countAbove(genuine, threshold) / genuine.length;
    }

    /** The threshold with the highest {@link #balancedAccuracy}. */
    public double bestThreshold() {
        return best(this::balancedAccuracy);
    }

    /** The threshold with the highest {@link #accuracy}. */
    public double bestThresholdByPairs() {
        return best(this::accuracy);
    }

    /** Mean of the shares of genuine and of impostor pairs told right: independent of how many there are of each. */
    public double balancedAccuracy(double threshold) {
        double accepted = (double) countFrom(genuine, threshold) / genuine.length;
        double refused = 1 - (double) countFrom(impostor, threshold) / impostor.length;
        return (accepted + refused) / 2;
    }

    /** Share of all pairs told right. */
    public double accuracy(double threshold) {
        int right = countFrom(genuine, threshold) + impostor.length - countFrom(impostor, threshold);
        return (double) right / (genuine.length + impostor.length);
    }

    private double best(DoubleUnaryOperator accuracy) {
        double best = -1;
        double threshold = genuine[0];
        for (double candidate : candidates()) {
            double value = accuracy.applyAsDouble(candidate);
            if (value > best) {
                best = value;
                threshold = candidate;
            }
        }
        return threshold;
    }

    private double[] candidates() {
        double[] all = Arrays.copyOf(genuine, genuine.length + impostor.length);
        System.arraycopy(impostor, 0, all, genuine.length, impostor.length);
        Arrays.sort(all);
        return all;
    }

    private static int countFrom(double[] sorted, double threshold) {
        return sorted.length - firstAtLeast(sorted, threshold);
    }

    private static int countAbove(double[] sorted, double threshold) {
        return sorted.length - firstAtLeast(sorted, Math.nextUp(threshold));
    }

    private static int firstAtLeast(double[] sorted, double threshold) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < threshold) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
