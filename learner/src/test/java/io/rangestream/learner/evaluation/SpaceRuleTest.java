package io.rangestream.learner.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.rangestream.avro.CrossVersion;
import io.rangestream.avro.Evaluation;
import io.rangestream.learner.TrustedRecords;
import io.rangestream.learner.evaluation.SpaceRule.Space;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TrustedRecords.class)
class SpaceRuleTest {
    private final SpaceRule rule = new SpaceRule(100, 0.01);

    @Test
    void theFirstVersionFoundsASpace() {
        assertEquals(new Space(1, List.of()), rule.judge(1, evaluation(500, 0.9), List.of()));
    }

    @Test
    void aVersionThatComparesWithTheFounderStaysInItsSpace() {
        Evaluation evaluation = evaluation(100, 0.9, cross(3, 0.8901, 0.88), cross(7, 0.7, 0.88));

        assertEquals(new Space(3, List.of()), rule.judge(8, evaluation, List.of(3L)));
    }

    @Test
    void aVersionThatDoesNotFoundsASpaceHoweverWellItComparesWithThePromotedOne() {
        Evaluation evaluation = evaluation(100, 0.9, cross(3, 0.8799, 0.88), cross(7, 0.9, 0.895));

        assertEquals(new Space(8, List.of()), rule.judge(8, evaluation, List.of(3L)));
    }

    @Test
    void withTooFewPairsToTellAVersionFoundsASpace() {
        assertEquals(new Space(8, List.of()), rule.judge(8, evaluation(99, 0.9, cross(3, 0.9, 0.9)), List.of(3L, 1L)));
        assertEquals(
                new Space(8, List.of()), rule.judge(8, Evaluation.newBuilder().build(), List.of(3L)));
    }

    @Test
    void aSpaceThatGainsByANewOneStaysCompatibleWhileItsGalleryLosesNothing() {
        Evaluation gained = evaluation(100, 0.95, cross(3, 0.91, 0.90), cross(1, 0.85, 0.85), cross(2, 0.84, 0.85));

        assertEquals(new Space(8, List.of(3L, 1L)), rule.judge(8, gained, List.of(3L, 2L, 1L)));
    }

    @Test
    void anOlderSpaceStaysCompatibleWithAVersionOfThePresentOne() {
        Evaluation evaluation = evaluation(100, 0.9, cross(3, 0.9, 0.88), cross(1, 0.86, 0.85));

        assertEquals(new Space(3, List.of(1L)), rule.judge(8, evaluation, List.of(3L, 1L)));
    }

    @Test
    void noMoreThanThreeOlderSpacesAreKept() {
        Evaluation evaluation =
                evaluation(100, 0.95, cross(6, 0.9, 0.8), cross(5, 0.9, 0.8), cross(4, 0.9, 0.8), cross(3, 0.9, 0.8));

        assertEquals(new Space(8, List.of(6L, 5L, 4L)), rule.judge(8, evaluation, List.of(6L, 5L, 4L, 3L)));
    }

    private static Evaluation evaluation(long pairs, double auc, CrossVersion... cross) {
        return Evaluation.newBuilder()
                .setGenuinePairs(pairs)
                .setAuc(auc)
                .setCrossVersion(List.of(cross))
                .build();
    }

    private static CrossVersion cross(long version, double auc, double olderAuc) {
        return CrossVersion.newBuilder()
                .setVersion(version)
                .setAuc(auc)
                .setOlderAuc(olderAuc)
                .setDifferenceLower(0.0)
                .setDifferenceUpper(0.0)
                .build();
    }
}
