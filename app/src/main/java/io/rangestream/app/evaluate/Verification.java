package io.rangestream.app.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How well scores tell genuine from impostor pairs, with 95 % intervals by resampling identities: pairs that share a person are not
 * independent, so people are drawn with replacement and a pair counts as often as its people were drawn (an impostor pair by the
 * product of the two). Thresholds are observed scores; the true acceptance rate at a false acceptance rate f counts genuine pairs
 * strictly above the (⌊f·n⌋ + 1)-th largest of n impostor scores.
 */
public final class Verification {
    /** False acceptance rates that are reported. */
    static final List<Double> FARS = List.of(1e-1, 1e-2, 1e-3, 1e-4);

    private static final int RESAMPLES = 1000;

    /**
     * A pair with its score.
     *
     * @param first identity of the one template
     * @param second identity of the other, the same for a genuine pair
     */
    record Scored(String first, String second, boolean same, double score) {}

    /**
     * @param auc area under the ROC curve
     * @param equalErrorRate where false acceptance and false rejection are equal
     * @param tarAtFar in the order of {@link #FARS}; null where the rate allows less than one impostor pair
     */
    public record Result(
            int genuine, int impostor, Estimate auc, Estimate equalErrorRate, List<@Nullable Estimate> tarAtFar) {

        /** True acceptance rates by false acceptance rate, those that the pairs resolve. */
        public Map<Double, Double> tarByFar() {
            Map<Double, Double> rates = new TreeMap<>();
            for (int i = 0; i < tarAtFar.size(); i++) {
                Estimate tar = tarAtFar.get(i);
                if (tar != null) {
                    rates.put(FARS.get(i), tar.value());
                }
            }
            return rates;
        }
    }

    /** Ascending; the arrays beside it are in the same order. */
    private final double[] scores;

    private final boolean[] same;
    private final int[] first;
    private final int[] second;
    private final int people;

    private Verification(List<Scored> pairs) {
        List<Scored> ascending = new ArrayList<>(pairs);
        ascending.sort(Comparator.comparingDouble(Scored::score));
        Map<String, Integer> numbers = new HashMap<>();
        scores = ascending.stream().mapToDouble(Scored::score).toArray();
        same = new boolean[scores.length];
        first = new int[scores.length];
        second = new int[scores.length];
        for (int i = 0; i < scores.length; i++) {
            Scored pair = ascending.get(i);
            same[i] = pair.same();
            first[i] = number(numbers, pair.first());
            second[i] = number(numbers, pair.second());
        }
        people = numbers.size();
    }

    /**
     * Evaluates pairs, at least one of each kind.
     *
     * @param seed of the resampling
     */
    static Result of(List<Scored> pairs, long seed) {
        return new Verification(pairs).result(seed);
    }

    private Result result(long seed) {
        var once = new int[people];
        Arrays.fill(once, 1);
        double[] values = figures(once);
        double[][] resampled = resample(seed, values.length);
        int genuine = (int) IntStream.range(0, same.length).filter(i -> same[i]).count();
        int impostor = same.length - genuine;
        var tars = new ArrayList<@Nullable Estimate>();
        for (int f = 0; f < FARS.size(); f++) {
            boolean resolved = FARS.get(f) * impostor >= 1;
            tars.add(resolved ? estimate(values[2 + f], resampled[2 + f]) : null);
        }
        return new Result(
                genuine, impostor, estimate(values[0], resampled[0]), estimate(values[1], resampled[1]), tars);
    }

    private double[][] resample(long seed, int figures) {
        var random = new SplittableRandom(seed);
        var values = new double[figures][RESAMPLES];
        var drawn = new int[people];
        for (int r = 0; r < RESAMPLES; r++) {
            Arrays.fill(drawn, 0);
            for (int n = 0; n < people; n++) {
                drawn[random.nextInt(people)]++;
            }
            double[] of = figures(drawn);
            for (int f = 0; f < figures; f++) {
                values[f][r] = of[f];
            }
        }
        return values;
    }

    /** AUC, equal error rate, and the true acceptance rates, each pair counted as often as its people were drawn; NaN without pairs of both kinds. */
    private double[] figures(int[] drawn) {
        double genuine = 0;
        double impostor = 0;
        double[] weight = new double[scores.length];
        for (int i = 0; i < scores.length; i++) {
            weight[i] = same[i] ? drawn[first[i]] : (double) drawn[first[i]] * drawn[second[i]];
            genuine += same[i] ? weight[i] : 0;
            impostor += same[i] ? 0 : weight[i];
        }
        double[] figures = new double[2 + FARS.size()];
        if (genuine == 0 || impostor == 0) {
            Arrays.fill(figures, Double.NaN);
            return figures;
        }
        Arrays.fill(figures, 2, figures.length, Double.NaN);
        double area = 0;
        double accepted = 0; // genuine pairs above the current score
        double falselyAccepted = 0;
        double equal = 1;
        double leastGap = Double.POSITIVE_INFINITY;
        for (int at = scores.length - 1; at >= 0; ) {
            double tiedGenuine = 0;
            double tiedImpostor = 0;
            double score = scores[at];
            for (; at >= 0 && scores[at] == score; at--) {
                tiedGenuine += same[at] ? weight[at] : 0;
                tiedImpostor += same[at] ? 0 : weight[at];
            }
            for (int f = 0; f < FARS.size(); f++) {
                // This score is the first at which more than ⌊far·n⌋ impostor pairs would be accepted.
                if (Double.isNaN(figures[2 + f])
                        && falselyAccepted + tiedImpostor > Math.floor(FARS.get(f) * impostor)) {
                    figures[2 + f] = accepted / genuine;
                }
            }
            area += tiedImpostor * (accepted + tiedGenuine / 2);
            accepted += tiedGenuine;
            falselyAccepted += tiedImpostor;
            double far = falselyAccepted / impostor;
            double frr = 1 - accepted / genuine;
            if (Math.abs(far - frr) < leastGap) {
                leastGap = Math.abs(far - frr);
                equal = (far + frr) / 2;
            }
        }
        figures[0] = area / genuine / impostor;
        figures[1] = equal;
        return figures;
    }

    private static Estimate estimate(double value, double[] resampled) {
        double[] usable =
                Arrays.stream(resampled).filter(v -> !Double.isNaN(v)).sorted().toArray();
        if (usable.length < RESAMPLES / 2) {
            return new Estimate(value, null, null);
        }
        return new Estimate(
                value, usable[(int) (0.025 * (usable.length - 1))], usable[(int) (0.975 * (usable.length - 1))]);
    }

    private static int number(Map<String, Integer> numbers, String identity) {
        return numbers.computeIfAbsent(identity, id -> numbers.size());
    }
}
