package io.rangestream.learner.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.rangestream.avro.Evaluation;
import io.rangestream.avro.ModelStatus;
import io.rangestream.learner.TrustedRecords;
import io.rangestream.learner.evaluation.PromotionGate.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TrustedRecords.class)
class PromotionGateTest {
    private final PromotionGate gate = new PromotionGate(100, 0.01);

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
                        "AUC 0.8000 against 0.9000 of version 6, difference -0.2000 to -0.0100 (95 %)"),
                verdict);
    }

    @Test
    void aVersionWorseBeyondDoubtIsRejectedWithTheFigures() {
        Verdict verdict = gate.judge(compared(100, -0.2, -0.0101));

        assertEquals(
                new Verdict(
                        ModelStatus.REJECTED,
                        "AUC 0.8000 against 0.9000 of version 6, difference -0.2000 to -0.0101 (95 %), tolerated -0.0100"),
                verdict);
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
}
