package io.rangestream.app.evaluate;

import io.rangestream.learner.evaluation.RocCurve;
import io.rangestream.schemas.config.ConfigurationException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Turns embeddings and pairs into the figures of a protocol. */
final class Evaluator {
    private final TrainingCounts counts;
    private final long seed;

    /**
     * @param counts how often each person was trained on, for the figures by head, middle and tail
     * @param seed of the resampling behind the intervals
     */
    Evaluator(TrainingCounts counts, long seed) {
        this.counts = counts;
        this.seed = seed;
    }

    /**
     * Verifies pairs.
     *
     * @param protocol how the figures are called
     * @param thresholdPairs pairs on which the threshold of the accuracy is chosen, if there are such
     */
    EvaluationReport.Verified verify(
            String protocol, Templates templates, boolean mirror, PairList pairs, @Nullable PairList thresholdPairs) {
        List<Verification.Scored> scored = scored(pairs, templates);
        Verification.Result result = Verification.of(scored, seed);
        return new EvaluationReport.Verified(
                protocol,
                mirror,
                result,
                folds(pairs, scored),
                thresholdPairs == null ? null : atThreshold(scored(thresholdPairs, templates), scored),
                segments(scored),
                EvaluationReport.Scores.of(scored));
    }

    /** Identifies everyone who has a template. */
    EvaluationReport.Identified identify(Templates templates, boolean mirror) {
        try {
            return new EvaluationReport.Identified(mirror, Identification.of(templates));
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(e);
        }
    }

    static List<Verification.Scored> scored(PairList pairs, Templates templates) {
        return pairs.pairs().stream()
                .map(pair -> {
                    String first = Templates.identity(pair.first());
                    // Two names may be spelled apart though the file says they are one person.
                    String second = pair.same() ? first : Templates.identity(pair.second());
                    double score = templates.similarity(pair.first(), pair.second());
                    return new Verification.Scored(first, second, pair.same(), score);
                })
                .toList();
    }

    private static @Nullable Folds folds(PairList pairs, List<Verification.Scored> scored) {
        List<Integer> folds = pairs.folds();
        if (folds.size() < 2) {
            return null;
        }
        var byFold = new ArrayList<Folds.Scored>();
        for (int i = 0; i < scored.size(); i++) {
            byFold.add(new Folds.Scored(
                    pairs.pairs().get(i).fold(),
                    scored.get(i).same(),
                    scored.get(i).score()));
        }
        return Folds.of(byFold, folds);
    }

    private static EvaluationReport.AtThreshold atThreshold(
            List<Verification.Scored> chosenOn, List<Verification.Scored> pairs) {
        double threshold = curve(chosenOn).bestThresholdByPairs();
        return new EvaluationReport.AtThreshold(threshold, curve(pairs).accuracy(threshold));
    }

    /** The genuine pairs of each segment against all impostor pairs. */
    private Map<String, Verification.Result> segments(List<Verification.Scored> scored) {
        var results = new LinkedHashMap<String, Verification.Result>();
        for (TrainingCounts.Segment segment : TrainingCounts.Segment.values()) {
            Predicate<Verification.Scored> in = pair -> !pair.same() || counts.segment(pair.first()) == segment;
            List<Verification.Scored> part = scored.stream().filter(in).toList();
            if (!counts.isEmpty() && part.stream().anyMatch(Verification.Scored::same)) {
                results.put(segment.label(), Verification.of(part, seed));
            }
        }
        return results;
    }

    private static RocCurve curve(List<Verification.Scored> pairs) {
        return new RocCurve(
                EvaluationReport.Scores.of(pairs).genuine(),
                EvaluationReport.Scores.of(pairs).impostor());
    }
}
