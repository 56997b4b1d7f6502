package io.rangestream.learner.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.parallel.Lanes;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CosineHeadTest {

    private static final int DIM = 12;
    private static final OptimizerSettings SGD = new OptimizerSettings(0.1, 0.9, 5e-4, 1e9, 0, 0, 0);

    private final Lanes lanes = new Lanes(2);

    static Stream<Logits.Cosine> cosines() {
        return Stream.of(new Logits.CosFace(64, 0.35), new Logits.ArcFace(64, 0.5), new Logits.ArcFace(8, 0.9));
    }

    @AfterEach
    void close() {
        lanes.close();
    }

    @ParameterizedTest
    @MethodSource("cosines")
    void theReferenceAgreesWithCentralDifferences(Logits.Cosine logits) {
        var random = new Random(1);
        double[] w = random.doubles(5 * DIM, -1, 1).toArray();
        var reference = new CosineReference(w, new double[5], DIM, logits);
        double[] x = random.doubles(4 * DIM, -3, 3).toArray();
        int[] targets = {4, 0, 2, 3};
        oppose(x, 3, w, 3); // A target beyond π − m, where ArcFace goes on differently.
        CosineReference.Gradients analytic = reference.gradients(x, targets);

        assertDifferences(reference, x, targets, x, analytic.embeddings());
        assertDifferences(reference, x, targets, w, analytic.weights());
    }

    @ParameterizedTest
    @MethodSource("cosines")
    void agreesWithTheReferenceAndMovesItsRowsByTheirGradient(Logits.Cosine logits) {
        var head = new ClassHead(DIM, HeadSettings.defaults().with(logits), SGD, lanes);
        var random = new Random(2);
        int classes = 150;
        for (int c = 0; c < classes; c++) {
            head.ensure("id" + c, Floats.of(random.doubles(DIM, -1, 1).toArray()));
        }
        double[] w = weights(head, classes);
        double[] x = random.doubles(6 * DIM, -6, 6).toArray();
        int[] targets = {0, 149, 63, 64, 0, 17};
        oppose(x, 5, w, 17);
        var gradient = new float[6 * DIM];

        double loss = head.addGradient(Floats.of(x), targets, 6, 1, gradient);

        var reference = new CosineReference(w, new double[classes], DIM, logits);
        CosineReference.Gradients expected = reference.gradients(x, targets);
        assertEquals(reference.loss(x, targets), loss, 1e-5 * loss);
        Floats.assertClose(expected.embeddings(), gradient, 1e-4);
        double norm = 0;
        for (double g : expected.weights()) {
            norm += g * g;
        }
        assertEquals(norm, head.gradientSquaredNorm(), 1e-4 * norm);

        head.update(0.1, 1);

        double[] after = weights(head, classes);
        var moved = new float[w.length];
        var expectedMove = new double[w.length];
        for (int i = 0; i < w.length; i++) {
            moved[i] = (float) (after[i] - w[i]);
            expectedMove[i] = -0.1 * 1.9 * (expected.weights()[i] + SGD.weightDecay() * w[i]);
        }
        Floats.assertClose(expectedMove, moved, 1e-4);
    }

    @ParameterizedTest
    @MethodSource("cosines")
    void theScaleOfTheEmbeddingsDoesNotMatter(Logits.Cosine logits) {
        var head = new ClassHead(DIM, HeadSettings.defaults().with(logits), SGD, lanes);
        var random = new Random(3);
        for (int c = 0; c < 5; c++) {
            head.ensure("id" + c, Floats.of(random.doubles(DIM, -1, 1).toArray()));
        }
        double[] x = random.doubles(2 * DIM, -1, 1).toArray();
        double[] large = Arrays.stream(x).map(v -> 1000 * v).toArray();
        int[] targets = {1, 4};

        double loss = head.addGradient(Floats.of(x), targets, 2, 1, new float[2 * DIM]);

        assertEquals(loss, head.addGradient(Floats.of(large), targets, 2, 1, new float[2 * DIM]), 1e-4 * loss);
    }

    @ParameterizedTest
    @MethodSource("cosines")
    void embeddingsOnTheirRowOppositeToItOrAtZeroGiveNumbers(Logits.Cosine logits) {
        var head = new ClassHead(DIM, HeadSettings.defaults().with(logits), SGD, lanes);
        var along = new float[DIM];
        along[2] = 5;
        head.ensure("along", along);
        head.ensure("zero", new float[DIM]);
        var x = new float[3 * DIM];
        x[2] = 1e-3f;
        x[DIM + 2] = -1e6f;
        var gradient = new float[3 * DIM];

        double loss = head.addGradient(x, new int[] {0, 0, 1}, 3, 1, gradient);

        assertTrue(Double.isFinite(loss));
        assertTrue(Double.isFinite(head.gradientSquaredNorm()));
        for (float g : gradient) {
            assertTrue(Float.isFinite(g));
        }
        head.update(0.1, 1);
        assertTrue(Double.isFinite(head.addGradient(x, new int[] {0, 0, 1}, 3, 1, gradient)));
    }

    @Test
    void aMarginCostsTheTargetAndNobodyElse() {
        double without = lossOf(new Logits.CosFace(16, 0));
        assertEquals(without, lossOf(new Logits.ArcFace(16, 0)), 1e-6);
        assertTrue(lossOf(new Logits.CosFace(16, 0.2)) > without);
        assertTrue(lossOf(new Logits.ArcFace(16, 0.2)) > without);
        assertFalse(lossOf(new Logits.CosFace(16, 0.2)) == lossOf(new Logits.ArcFace(16, 0.2)));
    }

    private double lossOf(Logits logits) {
        var head = new ClassHead(DIM, HeadSettings.defaults().with(logits), SGD, lanes);
        var random = new Random(8);
        for (int c = 0; c < 4; c++) {
            head.ensure("id" + c, Floats.of(random.doubles(DIM, -1, 1).toArray()));
        }
        float[] x = Floats.of(random.doubles(DIM, -1, 1).toArray());
        return head.addGradient(x, new int[] {2}, 1, 1, new float[DIM]);
    }

    /** Moves by h in every coordinate of {@code of}, which is x or the weights, and compares to 1e-6 of the largest derivative. */
    private static void assertDifferences(
            CosineReference reference, double[] x, int[] targets, double[] of, double[] analytic) {
        double h = 1e-6;
        double largest = 0;
        for (double g : analytic) {
            largest = Math.max(largest, Math.abs(g));
        }
        for (int i = 0; i < of.length; i++) {
            double was = of[i];
            of[i] = was + h;
            double above = reference.loss(x, targets);
            of[i] = was - h;
            double below = reference.loss(x, targets);
            of[i] = was;
            assertEquals((above - below) / (2 * h), analytic[i], 1e-6 * largest);
        }
    }

    /** Puts an embedding almost opposite to a row: beyond every margin here, and off the axis, where the angle has no derivative. */
    private static void oppose(double[] x, int i, double[] w, int row) {
        for (int d = 0; d < DIM; d++) {
            x[i * DIM + d] = -2 * w[row * DIM + d] * (1 + 0.1 * (d % 3));
        }
    }

    private static double[] weights(ClassHead head, int classes) {
        var weights = new double[classes * DIM];
        for (int c = 0; c < classes; c++) {
            float[] row = head.weightsOf("id" + c);
            for (int d = 0; d < DIM; d++) {
                weights[c * DIM + d] = row[d];
            }
        }
        return weights;
    }
}
