package io.rangestream.learner.evaluation;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * 95 % interval of the difference in AUC of two versions on the same pairs, by resampling people: pairs of one person are
 * not independent, so people are drawn with replacement and a pair counts as often as its people were drawn (for an
 * impostor pair, the product).
 */
public final class PairedBootstrap {
    private static final int RESAMPLES = 300;

    /** Lower and upper end of the interval of candidate minus promoted. */
    public record Interval(double lower, double upper) {}

    private final int people;
    private final int[] genuinePerson;
    private final int[] firstPerson;
    private final int[] secondPerson;

    public PairedBootstrap(PairSet pairs) {
        Map<String, Integer> numbers = new HashMap<>();
        int[] person = pairs.faces().stream()
                .mapToInt(face -> numbers.computeIfAbsent(face.identity(), identity -> numbers.size()))
                .toArray();
        people = numbers.size();
        genuinePerson = persons(pairs.genuine(), person, true);
        firstPerson = persons(pairs.impostor(), person, true);
        secondPerson = persons(pairs.impostor(), person, false);
    }

    /**
     * @param candidate scores of genuine and impostor pairs
     * @param promoted scores of the same pairs
     */
    public Interval interval(Scores candidate, Scores promoted, long seed) {
        return interval(List.of(candidate), promoted, seed);
    }

    /** The same for the mean of the AUCs of several scores of the pairs. */
    public Interval interval(List<Scores> candidate, Scores promoted, long seed) {
        var random = new SplittableRandom(seed);
        List<Ranking> candidateOrders = candidate.stream().map(Ranking::new).toList();
        var promotedOrder = new Ranking(promoted);
        var differences = new double[RESAMPLES];
        int usable = 0;
        var drawn = new int[people];
        for (int i = 0; i < RESAMPLES; i++) {
            Arrays.fill(drawn, 0);
            for (int n = 0; n < people; n++) {
                drawn[random.nextInt(people)]++;
            }
            double mean = 0;
            for (Ranking order : candidateOrders) {
                mean += auc(order, drawn) / candidateOrders.size();
            }
            double difference = mean - auc(promotedOrder, drawn);
            if (!Double.isNaN(difference)) {
                differences[usable++] = difference;
            }
        }
        if (usable == 0) {
            return new Interval(-1, 1);
        }
        Arrays.sort(differences, 0, usable);
        return new Interval(differences[(int) (0.025 * (usable - 1))], differences[(int) (0.975 * (usable - 1))]);
    }

    /** Scores of a version. */
    public record Scores(double[] genuine, double[] impostor) {
        /** Those of some of the genuine pairs, and of all impostor pairs. */
        Scores ofGenuine(int[] which) {
            return new Scores(Arrays.stream(which).mapToDouble(i -> genuine[i]).toArray(), impostor);
        }
    }

    /** AUC with each pair weighted by how often its people were drawn; NaN if no pair of one kind was. */
    private double auc(Ranking ranking, int[] drawn) {
        double genuineWeight = 0;
        double impostorWeight = 0;
        double area = 0;
        int at = 0;
        int[] order = ranking.order;
        while (at < order.length) {
            double tiedGenuine = 0;
            double tiedImpostor = 0;
            double score = ranking.score(order[at]);
            while (at < order.length && ranking.score(order[at]) == score) {
                int pair = order[at++];
                if (pair < genuinePerson.length) {
                    tiedGenuine += drawn[genuinePerson[pair]];
                } else {
                    int i = pair - genuinePerson.length;
                    tiedImpostor += (double) drawn[firstPerson[i]] * drawn[secondPerson[i]];
                }
            }
            area += tiedGenuine * (impostorWeight + tiedImpostor / 2);
            genuineWeight += tiedGenuine;
            impostorWeight += tiedImpostor;
        }
        return area / genuineWeight / impostorWeight;
    }

    private static int[] persons(List<PairSet.Pair> pairs, int[] person, boolean first) {
        return pairs.stream()
                .mapToInt(pair -> person[first ? pair.first() : pair.second()])
                .toArray();
    }

    /** All pairs, genuine before impostor, in ascending order of their score. */
    private static final class Ranking {
        private final double[] scores;
        private final int[] order;

        Ranking(Scores of) {
            scores = Arrays.copyOf(of.genuine(), of.genuine().length + of.impostor().length);
            System.arraycopy(of.impostor(), 0, scores, of.genuine().length, of.impostor().length);
            order = IntStream.range(0, scores.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> scores[i]))
                    .mapToInt(Integer::intValue)
                    .toArray();
        }

        double score(int pair) {
            return scores[pair];
        }
    }
}
