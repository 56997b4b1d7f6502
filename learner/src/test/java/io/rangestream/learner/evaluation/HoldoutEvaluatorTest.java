package io.rangestream.learner.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.CrossVersion;
import io.rangestream.avro.Encoding;
import io.rangestream.avro.Evaluation;
import io.rangestream.avro.LabeledFace;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.SegmentEvaluation;
import io.rangestream.learner.TrustedRecords;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Red tells the people of this holdout apart, green is noise, blue is the same everywhere. */
@ExtendWith(TrustedRecords.class)
class HoldoutEvaluatorTest {
    private static final float[] TELLS_APART = {1, 0, 0.1f};
    private static final float[] TURNED = {-1, 0, 0.1f};
    private static final float[] NOISE = {0, 1, 0.1f};
    private static final float[] UNTRAINED = {0, 0, 1};

    private final LinearBackbone backbone = new LinearBackbone();
    private final Map<String, LabeledFace> holdout = holdout();
    private int decoded;

    @Test
    void goodWeightsBeatTheUntrainedNetwork() {
        Evaluation evaluation = evaluator(100).evaluate(TELLS_APART, holdout, identity -> true);

        assertEquals(8, evaluation.getFaces());
        assertEquals(12, evaluation.getGenuinePairs());
        assertEquals(1, evaluation.getAuc());
        assertEquals(0.5, evaluation.getUntrainedAuc());
        assertEquals(1, evaluation.getAccuracy());
        assertEquals(
                List.of(0.1, 0.01, 0.001),
                evaluation.getTarAtFar().stream().map(point -> point.getFar()).toList());
        assertTrue(evaluation.getTarAtFar().stream().allMatch(point -> point.getTar() == 1));
        assertNull(evaluation.getPromotedAuc());
    }

    @Test
    void theOrderOfTheFacesDoesNotMatter() {
        var keys = new ArrayList<>(holdout.keySet());
        Collections.reverse(keys);
        var reversed = new LinkedHashMap<String, LabeledFace>();
        keys.forEach(key -> reversed.put(key, holdout.get(key)));

        assertEquals(
                evaluator(5).evaluate(NOISE, holdout, identity -> true),
                evaluator(5).evaluate(NOISE, reversed, identity -> true));
    }

    @Test
    void peopleTrainedOnAndOthersAreJudgedApart() {
        Evaluation evaluation = evaluator(100).evaluate(TELLS_APART, holdout, "ann"::equals);

        SegmentEvaluation open = evaluation.getSegments().get(0);
        SegmentEvaluation closed = evaluation.getSegments().get(1);
        assertEquals("open-set", open.getSegment());
        assertEquals("closed-set", closed.getSegment());
        assertEquals(6, open.getGenuinePairs());
        assertEquals(6, closed.getGenuinePairs());
        assertEquals(1, closed.getAuc());
    }

    @Test
    void aWorseCandidateIsSeenAgainstThePromotedVersionOnTheSamePairs() {
        HoldoutEvaluator evaluator = evaluator(100);
        evaluator.setPromoted(7, TELLS_APART);

        Evaluation evaluation = evaluator.evaluate(NOISE, holdout, identity -> true);

        assertEquals(7, evaluation.getPromotedVersion());
        assertEquals(1, evaluation.getPromotedAuc());
        assertTrue(evaluation.getAuc() < 0.8, "AUC " + evaluation.getAuc());
        // Of two people each resample has both or is of no use, so the interval is the difference itself.
        assertEquals(evaluation.getAuc() - 1, evaluation.getAucDifferenceLower(), 1e-12);
        assertEquals(evaluation.getAuc() - 1, evaluation.getAucDifferenceUpper(), 1e-12);
    }

    @Test
    void aFallOnTheOpenSetAloneIsSeenThereAndRejected() {
        // Given people trained on whom red tells apart and strangers whom green does
        var faces = new HashMap<String, LabeledFace>();
        for (int person = 0; person < 6; person++) {
            for (int i = 0; i < 3; i++) {
                int own = person % 2 == 0 ? 250 - 10 * person : 5 + 10 * person;
                int noise = i % 2 == 0 ? 190 + 7 * person + 3 * i : 65 - 7 * person;
                faces.put("known" + person + "/" + i, face("known" + person, own, 127));
                faces.put("stranger" + person + "/" + i, face("stranger" + person, noise, own));
            }
        }
        float[] both = {1, 1, 0.1f};
        float[] redAlone = {1, 0, 0.1f};
        HoldoutEvaluator evaluator = evaluator(100);
        evaluator.setPromoted(4, both);

        // When a candidate has lost what tells strangers apart
        Evaluation evaluation = evaluator.evaluate(redAlone, faces, identity -> identity.startsWith("known"));

        // Then the open set fell, and the closed set did not
        SegmentEvaluation open = evaluation.getSegments().get(0);
        SegmentEvaluation closed = evaluation.getSegments().get(1);
        assertEquals(18, open.getGenuinePairs());
        assertTrue(open.getAuc() < open.getPromotedAuc(), open.toString());
        assertTrue(open.getAucDifferenceLower() <= open.getAucDifferenceUpper(), open.toString());
        assertTrue(open.getAucDifferenceUpper() < -0.01, open.toString());
        assertTrue(closed.getAucDifferenceUpper() >= 0, closed.toString());
        PromotionGate.Verdict verdict = new PromotionGate(18, 0.01, PromotionGate.Approval.AUTOMATIC).judge(evaluation);
        assertEquals(ModelStatus.REJECTED, verdict.status());
        assertTrue(verdict.reason().contains("open-set AUC"), verdict.reason());
        assertFalse(verdict.reason().contains("closed-set AUC"), verdict.reason());
    }

    @Test
    void aPromotedVersionWhoseWeightsAreGoneIsNamedAndNotComparedWith() {
        HoldoutEvaluator evaluator = evaluator(100);
        evaluator.setPromoted(7, new float[0]);

        Evaluation evaluation = evaluator.evaluate(TELLS_APART, holdout, identity -> true);

        assertEquals(7, evaluation.getPromotedVersion());
        assertNull(evaluation.getPromotedAuc());
        assertNull(evaluation.getSegments().get(1).getPromotedAuc());
        assertNotNull(evaluation.getAuc());
    }

    @Test
    void whatDoesNotChangeIsDecodedAndEmbeddedOnce() {
        HoldoutEvaluator evaluator = evaluator(100);
        evaluator.evaluate(TELLS_APART, holdout, identity -> true);
        assertEquals(8, decoded);
        assertEquals(16, backbone.embedded);

        evaluator.evaluate(NOISE, holdout, identity -> true);

        assertEquals(8, decoded);
        assertEquals(24, backbone.embedded);
    }

    @Test
    void aFaceThatReturnsWithAnotherImageIsJudgedByTheNewOne() {
        HoldoutEvaluator evaluator = evaluator(100);
        evaluator.setPromoted(1, TELLS_APART);
        evaluator.evaluate(NOISE, holdout, identity -> true);
        holdout.put("ann/0", face("ann", 0, 0));

        Evaluation evaluation = evaluator.evaluate(NOISE, holdout, identity -> true);

        HoldoutEvaluator fresh = evaluator(100);
        fresh.setPromoted(1, TELLS_APART);
        assertEquals(fresh.evaluate(NOISE, holdout, identity -> true), evaluation);
        assertTrue(evaluation.getPromotedAuc() < 1);
    }

    @Test
    void embeddingsOfAFounderAreComparedWithThoseOfTheCandidate() {
        HoldoutEvaluator evaluator = evaluator(100);
        evaluator.setPromoted(7, TELLS_APART);
        evaluator.setFounders(List.of(new Founder(3, TURNED), new Founder(7, TELLS_APART)));

        List<CrossVersion> cross =
                evaluator.evaluate(TELLS_APART, holdout, identity -> true).getCrossVersion();

        assertEquals(
                List.of(3L, 7L), cross.stream().map(CrossVersion::getVersion).toList());
        // Among themselves its embeddings tell people apart; beside the candidate's, red and its opposite meet.
        assertEquals(1, cross.get(0).getOlderAuc());
        assertEquals(0, cross.get(0).getAuc());
        assertEquals(-1, cross.get(0).getDifferenceLower());
        assertEquals(-1, cross.get(0).getDifferenceUpper());
        assertEquals(1, cross.get(1).getAuc());
        assertEquals(0, cross.get(1).getDifferenceUpper());
    }

    @Test
    void aFounderThatIsPromotedIsEmbeddedOnceAndOthersAreForgotten() {
        HoldoutEvaluator evaluator = evaluator(100);
        evaluator.setPromoted(7, TELLS_APART);
        evaluator.setFounders(List.of(new Founder(7, TELLS_APART)));
        evaluator.evaluate(NOISE, holdout, identity -> true);
        assertEquals(24, backbone.embedded);

        evaluator.setPromoted(8, NOISE);
        evaluator.setFounders(List.of(new Founder(8, NOISE)));

        assertEquals(
                List.of(8L),
                evaluator.evaluate(NOISE, holdout, identity -> true).getCrossVersion().stream()
                        .map(CrossVersion::getVersion)
                        .toList());
    }

    @Test
    void onlySoManyFacesAreTakenAndADamagedOneIsLeftOut() {
        assertEquals(5, evaluator(5).evaluate(NOISE, holdout, identity -> true).getFaces());

        holdout.put(
                "ann/0",
                LabeledFace.newBuilder(holdout.get("ann/0"))
                        .setImage(ByteBuffer.allocate(0))
                        .build());
        assertEquals(
                7, evaluator(100).evaluate(NOISE, holdout, identity -> true).getFaces());
    }

    @Test
    void anEmptyHoldoutHasNoFigures() {
        Evaluation evaluation = evaluator(100).evaluate(NOISE, Map.of(), identity -> true);

        assertEquals(0, evaluation.getFaces());
        assertNull(evaluation.getAuc());
        assertNotNull(evaluation.getSegments());
    }

    private HoldoutEvaluator evaluator(int maxFaces) {
        return new HoldoutEvaluator(backbone, UNTRAINED, maxFaces, 50, 1, face -> {
            decoded++;
            var pixels = new byte[face.getImage().remaining()];
            face.getImage().duplicate().get(pixels);
            return pixels.length == 0 ? null : pixels;
        });
    }

    private static Map<String, LabeledFace> holdout() {
        var faces = new HashMap<String, LabeledFace>();
        for (int i = 0; i < 4; i++) {
            faces.put("ann/" + i, face("ann", 250 - i, i % 2 * 250));
            faces.put("bob/" + i, face("bob", i, i % 2 * 250));
        }
        return faces;
    }

    private static LabeledFace face(String identity, int red, int green) {
        return LabeledFace.newBuilder()
                .setIdentity(identity)
                .setImage(ByteBuffer.wrap(new byte[] {(byte) red, (byte) green, (byte) 255}))
                .setEncoding(Encoding.RAW_RGB)
                .setWidth(1)
                .setHeight(1)
                .build();
    }
}
