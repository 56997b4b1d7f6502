package io.rangestream.learner.evaluation;

import io.rangestream.avro.Evaluation;
import io.rangestream.avro.ModelStatus;
import java.util.Locale;

/**
 * Decides what becomes of a candidate: it is rejected only when it is worse than the promoted version beyond doubt, that
 * is, when even the upper end of the 95 % interval of the difference lies below what is tolerated. A small holdout has a
 * wide interval; were its lower end the criterion, most good versions would be rejected for want of evidence.
 *
 * @param minPairs genuine pairs below which a candidate is promoted unjudged
 * @param tolerance loss of AUC that is tolerated
 */
public record PromotionGate(int minPairs, double tolerance) {

    /** The verdict with the figures it rests on. */
    public record Verdict(ModelStatus status, String reason) {}

    /** Judges a candidate by its evaluation. */
    public Verdict judge(Evaluation evaluation) {
        if (evaluation.getAuc() == null || evaluation.getGenuinePairs() < minPairs) {
            return promoted("unjudged: %d genuine pairs, %d needed".formatted(evaluation.getGenuinePairs(), minPairs));
        }
        Double before = evaluation.getPromotedAuc();
        Double lower = evaluation.getAucDifferenceLower();
        Double upper = evaluation.getAucDifferenceUpper();
        if (before == null || lower == null || upper == null) {
            return promoted(text("first judged version: AUC %.4f", evaluation.getAuc()));
        }
        String figures = text(
                "AUC %.4f against %.4f of version %d, difference %+.4f to %+.4f (95 %%)",
                evaluation.getAuc(), before, evaluation.getPromotedVersion(), lower, upper);
        return upper < -tolerance
                ? new Verdict(ModelStatus.REJECTED, text("%s, tolerated %.4f", figures, -tolerance))
                : promoted(figures);
    }

    private static Verdict promoted(String reason) {
        return new Verdict(ModelStatus.PROMOTED, reason);
    }

    private static String text(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
