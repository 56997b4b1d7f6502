package io.rangestream.learner.evaluation;

import io.rangestream.avro.Evaluation;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.SegmentEvaluation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of a candidate: it is rejected only when it is worse than the promoted version beyond doubt, on all pairs or on
 * those of a segment that has enough of them, that is, when even the upper end of the 95 % interval of the difference lies below what
 * is tolerated. A small holdout has a wide interval; were its lower end the criterion, most good versions would be rejected for want of
 * evidence.
 *
 * @param minPairs genuine pairs below which a candidate, or a segment of the people, is not judged
 * @param tolerance loss of AUC that is tolerated
 * @param approval who promotes a candidate that is not rejected
 */
public record PromotionGate(int minPairs, double tolerance, Approval approval) {
    private static final String ALL = "overall";

    /** Who promotes a candidate that the gate lets through. */
    public enum Approval {
        /** The gate. */
        AUTOMATIC,
        /** An operator; the candidate waits. */
        MANUAL;

        /** Its name in a configuration. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @throws IllegalArgumentException if there is none of that name */
        public static Approval of(String key) {
            return valueOf(key.toUpperCase(Locale.ROOT));
        }
    }

    /** The verdict with the figures it rests on. */
    public record Verdict(ModelStatus status, String reason) {}

    /** A figure of the candidate and of the promoted version, and the interval of their difference. */
    private record Figure(String of, double auc, double promotedAuc, double lower, double upper) {}

    /** Judges a candidate by its evaluation. */
    public Verdict judge(Evaluation evaluation) {
        Double auc = evaluation.getAuc();
        if (auc == null || evaluation.getGenuinePairs() < minPairs) {
            return passed("unjudged: %d genuine pairs, %d needed".formatted(evaluation.getGenuinePairs(), minPairs));
        }
        List<Figure> figures = figures(evaluation, auc);
        if (figures.isEmpty()) {
            return evaluation.getPromotedVersion() == 0
                    ? passed(text("first judged version: AUC %.4f", auc))
                    : waiting(text(
                            "AUC %.4f, which cannot be compared: no checkpoint has the weights of version %d any more",
                            auc, evaluation.getPromotedVersion()));
        }
        List<Figure> fallen =
                figures.stream().filter(figure -> figure.upper() < -tolerance).toList();
        return fallen.isEmpty()
                ? passed(text(figures, evaluation.getPromotedVersion()))
                : new Verdict(
                        ModelStatus.REJECTED,
                        text("%s; tolerated %.4f", text(fallen, evaluation.getPromotedVersion()), -tolerance));
    }

    private List<Figure> figures(Evaluation evaluation, double auc) {
        var figures = new ArrayList<Figure>();
        add(
                figures,
                ALL,
                auc,
                evaluation.getPromotedAuc(),
                evaluation.getAucDifferenceLower(),
                evaluation.getAucDifferenceUpper());
        for (SegmentEvaluation segment : evaluation.getSegments()) {
            if (segment.getGenuinePairs() >= minPairs) {
                add(
                        figures,
                        segment.getSegment(),
                        segment.getAuc(),
                        segment.getPromotedAuc(),
                        segment.getAucDifferenceLower(),
                        segment.getAucDifferenceUpper());
            }
        }
        return figures;
    }

    private static void add(
            List<Figure> figures,
            String of,
            @Nullable Double auc,
            @Nullable Double promotedAuc,
            @Nullable Double lower,
            @Nullable Double upper) {
        if (auc != null && promotedAuc != null && lower != null && upper != null) {
            figures.add(new Figure(of, auc, promotedAuc, lower, upper));
        }
    }

    private Verdict passed(String reason) {
        return approval == Approval.MANUAL ? waiting(reason) : new Verdict(ModelStatus.PROMOTED, reason);
    }

    private static Verdict waiting(String reason) {
        return new Verdict(ModelStatus.CANDIDATE, "waits for approval: " + reason);
    }

    private static String text(List<Figure> figures, long promoted) {
        return figures.stream()
                .map(figure -> text(
                        "%s AUC %.4f after %.4f, %+.4f (95 %%: %+.4f to %+.4f)",
                        figure.of(),
                        figure.auc(),
                        figure.promotedAuc(),
                        figure.auc() - figure.promotedAuc(),
                        figure.lower(),
                        figure.upper()))
                .collect(Collectors.joining(", ", "against version %d: ".formatted(promoted), ""));
    }

    private static String text(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
