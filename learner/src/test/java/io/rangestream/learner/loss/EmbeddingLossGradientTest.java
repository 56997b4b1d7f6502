package io.rangestream.learner.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.loss.EmbeddingLosses.Form;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EmbeddingLossGradientTest {
    private static final int[] LABELS = {4, 9, 4, 4, 9, 2, 9, 9, 2, 7};
    private static final int DIM = 6;
    private static final double STEP = 1e-5;

    static Stream<Form> forms() {
        return EmbeddingLosses.all().stream();
    }

    @ParameterizedTest
    @MethodSource("forms")
    void agreesWithCentralDifferences(Form form) {
        for (int seed = 1; seed <= 5; seed++) {
            assertAgrees(form.loss(), seed);
        }
    }

    @Test
    void agreesWithCentralDifferencesAroundCentresThatAreThere() {
        var loss = new CentreLoss(new CentreLossSettings(0.5, 0.7));
        loss.addGradient(embeddings(8), LABELS, LABELS.length, DIM, new double[LABELS.length * DIM]);
        loss.update();

        assertAgrees(loss, 9);
    }

    @ParameterizedTest
    @MethodSource("forms")
    void isAddedToTheGradientThatIsThereInFloatToo(Form form) {
        double[] x = embeddings(3);
        var inDouble = new double[x.length];
        var inFloat = new float[x.length];
        Arrays.fill(inFloat, 2);
        var floats = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            floats[i] = (float) x[i];
            x[i] = floats[i];
        }

        double value = form.loss().addGradient(x, LABELS, LABELS.length, DIM, inDouble);
        double sum =
                new LossSum(List.of(form.loss(), form.loss())).addGradient(floats, LABELS, LABELS.length, DIM, inFloat);

        assertEquals(2 * value, sum, 1e-12 * Math.abs(value));
        for (int i = 0; i < x.length; i++) {
            assertEquals(2 + 2 * inDouble[i], inFloat[i], 1e-6 * (2 + Math.abs(inDouble[i])));
        }
    }

    private static void assertAgrees(EmbeddingLoss loss, int seed) {
        double[] x = embeddings(seed);
        var gradient = new double[x.length];
        double value = loss.addGradient(x, LABELS, LABELS.length, DIM, gradient);
        double largest = Arrays.stream(gradient).map(Math::abs).max().orElseThrow();
        assertTrue(value > 0 && largest > 0, "the loss must be at work");

        for (int i = 0; i < x.length; i++) {
            double was = x[i];
            x[i] = was + STEP;
            double above = loss.addGradient(x, LABELS, LABELS.length, DIM, new double[x.length]);
            x[i] = was - STEP;
            double below = loss.addGradient(x, LABELS, LABELS.length, DIM, new double[x.length]);
            x[i] = was;
            assertEquals((above - below) / (2 * STEP), gradient[i], 1e-6 * largest, "seed " + seed + " at " + i);
        }
    }

    private static double[] embeddings(int seed) {
        return new Random(seed).doubles((long) LABELS.length * DIM, -1.5, 1.5).toArray();
    }
}
