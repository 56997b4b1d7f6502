package io.rangestream.app.evaluate;

import io.rangestream.learner.evaluation.RocCurve;
import java.util.ArrayList;
import java.util.List;

/**
 * Accuracy by cross-validation (LFW's view 2; Huang et al. 2007): each fold is judged at the threshold that is best on all the others.
 *
 * @param accuracy by fold
 * @param threshold by fold
 * @param mean over the folds
 * @param standardError sample standard deviation over the folds (n − 1) divided by √n
 */
public record Folds(List<Double> accuracy, List<Double> threshold, double mean, double standardError) {

    /** A pair's fold and score. */
    record Scored(int fold, boolean same, double score) {}

    /** @param folds at least two */
    static Folds of(List<Scored> pairs, List<Integer> folds) {
        var accuracies = new ArrayList<Double>();
        var thresholds = new ArrayList<Double>();
        for (int fold : folds) {
            double threshold = curve(
                            pairs.stream().filter(pair -> pair.fold() != fold).toList())
                    .bestThresholdByPairs();
            thresholds.add(threshold);
            accuracies.add(
                    curve(pairs.stream().filter(pair -> pair.fold() == fold).toList())
                            .accuracy(threshold));
        }
        double mean = accuracies.stream().mapToDouble(a -> a).average().orElseThrow();
        double squares =
                accuracies.stream().mapToDouble(a -> (a - mean) * (a - mean)).sum();
        double error = Math.sqrt(squares / (folds.size() - 1) / folds.size());
        return new Folds(List.copyOf(accuracies), List.copyOf(thresholds), mean, error);
    }

    private static RocCurve curve(List<Scored> pairs) {
        return new RocCurve(scores(pairs, true), scores(pairs, false));
    }

    private static double[] scores(List<Scored> pairs, boolean same) {
        return pairs.stream()
                .filter(pair -> pair.same() == same)
                .mapToDouble(Scored::score)
                .toArray();
    }
}
