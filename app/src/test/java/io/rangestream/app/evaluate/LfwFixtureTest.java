package io.rangestream.app.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The LFW protocol on the embeddings of an independent model against figures computed elsewhere. */
class LfwFixtureTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("rangestream.shared", "../../shared"), "fixtures", "lfw-verification");
    private static final double TOLERANCE = 1e-9;

    private static JsonNode expected = new ObjectMapper().createObjectNode();
    private static EvaluationReport.Verified found = null;

    @BeforeAll
    static void evaluate() throws IOException {
        assumeTrue(Files.isDirectory(FOLDER), "the LFW embeddings are not here: " + FOLDER);
        expected = new ObjectMapper().readTree(FOLDER.resolve("expected.json").toFile());
        var plan = new Evaluation.Plan(null, null, null, FOLDER.resolve("pairs.tsv"), null, false, 0, null, null, 1);
        found = Evaluation.ofEmbeddings(FOLDER, plan).report().verification().get(0);
    }

    @Test
    void tenFoldsGiveTheReferencesAccuracies() {
        Folds folds = assertNotNullAnd(found.folds());

        assertEquals(10, folds.accuracy().size());
        for (int i = 0; i < 10; i++) {
            assertEquals(
                    expected.at("/fold_accuracy/" + i).asDouble(),
                    folds.accuracy().get(i),
                    TOLERANCE);
            assertEquals(
                    expected.at("/fold_threshold/" + i).asDouble(),
                    folds.threshold().get(i),
                    TOLERANCE);
        }
        assertEquals(expected.at("/accuracy").asDouble(), folds.mean(), TOLERANCE);
        assertEquals(expected.at("/standard_error").asDouble(), folds.standardError(), TOLERANCE);
    }

    @Test
    void theCurveIsTheReferences() {
        assertEquals(expected.at("/auc").asDouble(), found.result().auc().value(), TOLERANCE);
        for (int i = 0; i < 3; i++) {
            String far = new String[] {"0.1", "0.01", "0.001"}[i];
            Estimate tar = assertNotNullAnd(found.result().tarAtFar().get(i));
            assertEquals(expected.at("/tar_at_far").get(far).asDouble(), tar.value(), TOLERANCE, far);
        }
    }

    @Test
    void aRateBelowOneImpostorPairIsNotReported() {
        assertEquals(null, found.result().tarAtFar().get(3));
    }

    @Test
    void intervalsHoldTheFigures() {
        Estimate auc = found.result().auc();

        assertEquals(true, assertNotNullAnd(auc.lower()) < auc.value() && auc.value() < assertNotNullAnd(auc.upper()));
    }

    private static <T> T assertNotNullAnd(T value) {
        assertNotNull(value);
        return value;
    }
}
