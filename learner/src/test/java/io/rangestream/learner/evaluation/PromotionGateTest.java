package io.rangestream.learner.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.rangestream.avro.Evaluation;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.SegmentEvaluation;
import io.rangestream.learner.TrustedRecords;
import io.rangestream.learner.evaluation.PromotionGate.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TrustedRecords.class)
class PromotionGateTest {
    private final PromotionGate gate = new PromotionGate(100, 0.01, PromotionGate.Approval.AUTOMATIC);
    private final PromotionGate manual = new PromotionGate(100, 0.01, PromotionGate.Approval.MANUAL);

    @Test
    void tooFewPairsPromoteUnjudgedHoweverBadTheFigures() {
        Verdict verdict = gate.judge(compared(99, -0.4, -0.3));

        assertEquals(new Verdict(ModelStatus.PROMOTED, "unjudged: 99 genuine pairs, 100 needed"), verdict);
    }

    @Test
    void anEvaluationWithoutFiguresPromotesUnjudged() {
        Verdict verdict =
                gate.judge(Evaluation.newBuilder().setGenuinePairs(500).build());

        assertEquals(ModelStatus.PROMOTED, verdict.status());
    }

    @Test
    void theFirstJudgedVersionIsPromoted() {
        Verdict verdict = gate.judge(
                Evaluation.newBuilder().setGenuinePairs(100).setAuc(0.61234).build());

        assertEquals(new Verdict(ModelStatus.PROMOTED, "first judged version: AUC 0.6123"), verdict);
    }

    @Test
    void aVersionThatMayBeAsGoodIsPromoted() {
        Verdict verdict = gate.judge(compared(100, -0.2, -0.01));

        assertEquals(
                new Verdict(
                        ModelStatus.PROMOTED,
                        "against version 6: overall AUC 0.8000 after 0.9000, -0.1000 (95 %: -0.2000 to -0.0100)"),
                verdict);
    }

    @Test
    void aVersionWorseBeyondDoubtIsRejectedWithTheFigures() {
        Verdict verdict = gate.judge(compared(100, -0.2, -0.0101));

        assertEquals(
                new Verdict(
                        ModelStatus.REJECTED,
                        "against version 6: overall AUC 0.8000 after 0.9000, -0.1000 (95 %: -0.2000 to -0.0101); tolerated -0.0100"),
                verdict);
    }

    @Test
    void aVersionThatIsWorseInOneSegmentIsRejectedForThatOne() {
        Verdict verdict = gate.judge(segmented(100, 100));

        assertEquals(
                new Verdict(
                        ModelStatus.REJECTED,
                        "against version 6: open-set AUC 0.7000 after 0.8000, -0.1000 (95 %: -0.1500 to -0.0500); tolerated -0.0100"),
                verdict);
    }

    @Test
    void aSegmentWithTooFewPairsIsNotLookedAt() {
        Verdict verdict = gate.judge(segmented(99, 100));

        assertEquals(ModelStatus.PROMOTED, verdict.status());
        assertEquals(
                "against version 6: overall AUC 0.9000 after 0.9000, +0.0000 (95 %: -0.0200 to +0.0200),"
                        + " closed-set AUC 0.9500 after 0.9000, +0.0500 (95 %: +0.0100 to +0.0900)",
                verdict.reason());
    }

    @Test
    void whatCannotBeComparedWithThePromotedVersionWaitsForApproval() {
        Verdict verdict = gate.judge(Evaluation.newBuilder()
                .setGenuinePairs(100)
                .setAuc(0.8)
                .setPromotedVersion(6)
                .build());

        assertEquals(
                new Verdict(
                        ModelStatus.CANDIDATE,
                        "waits for approval: AUC 0.8000, which cannot be compared: no checkpoint has the weights of version 6 any more"),
                verdict);
    }

    @Test
    void withManualApprovalWhatPassesWaitsAndWhatIsWorseIsRejectedAllTheSame() {
        assertEquals(
                new Verdict(ModelStatus.CANDIDATE, "waits for approval: unjudged: 99 genuine pairs, 100 needed"),
                manual.judge(compared(99, -0.4, -0.3)));
        assertEquals(
                ModelStatus.CANDIDATE, manual.judge(compared(100, -0.2, -0.01)).status());
        assertEquals(gate.judge(compared(100, -0.2, -0.0101)), manual.judge(compared(100, -0.2, -0.0101)));
    }

    private static Evaluation compared(long pairs, double lower, double upper) {
        return Evaluation.newBuilder()
                .setGenuinePairs(pairs)
                .setAuc(0.8)
                .setPromotedVersion(6)
                .setPromotedAuc(0.9)
                .setAucDifferenceLower(lower)
                .setAucDifferenceUpper(upper)
                .build();
    }

    /** As good as before over all pairs: worse on the open set, better on the closed set. */
    private static Evaluation segmented(long openPairs, long closedPairs) {
        return Evaluation.newBuilder(compared(openPairs + closedPairs, -0.02, 0.02))
                .setAuc(0.9)
                .setSegments(List.of(
                        new SegmentEvaluation("open-set", openPairs, 0.7, 0.8, -0.15, -0.05),
                        new SegmentEvaluation("closed-set", closedPairs, 0.95, 0.9, 0.01, 0.09)))
                .build();
    }
}
