package io.rangestream.learner.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CompatibilityLossTest {
    private static final int N = 10;
    private static final int DIM = 6;
    private static final double STEP = 1e-5;

    private final CompatibilityLoss loss = new CompatibilityLoss(0.7);

    @Test
    void theGradientAgreesWithCentralDifferences() {
        for (int seed = 1; seed <= 5; seed++) {
            loss.hold(floats(seed + 100), N, DIM);
            double[] x = doubles(seed);
            var gradient = new double[x.length];
            loss.addGradient(x, labels(N), N, DIM, gradient);
            double largest = Arrays.stream(gradient).map(Math::abs).max().orElseThrow();
            assertTrue(largest > 0, "the loss must be at work");

            for (int i = 0; i < x.length; i++) {
                double was = x[i];
                x[i] = was + STEP;
                double above = value(x);
                x[i] = was - STEP;
                double below = value(x);
                x[i] = was;
                assertEquals((above - below) / (2 * STEP), gradient[i], 1e-6 * largest, "seed " + seed + " at " + i);
            }
        }
    }

    @Test
    void isTheMeanOfOneMinusTheCosineTimesTheWeight() {
        loss.hold(new float[] {3, 0, 0, 2}, 2, 2);

        double total = loss.addGradient(new double[] {5, 0, 1, 1}, labels(2), 2, 2, new double[4]);

        double mean = (0 + 1 - Math.sqrt(0.5)) / 2;
        assertEquals(0.7 * mean, total, 1e-12);
        assertEquals(Set.of("compatibility"), reported().keySet());
        assertEquals(mean, reported().get("compatibility"), 1e-12);
    }

    @Test
    void lengthsAreFree() {
        loss.hold(new float[] {1, 2}, 1, 2);
        var gradient = new double[2];

        double total = loss.addGradient(new double[] {30, 60}, labels(1), 1, 2, gradient);

        assertEquals(0, total, 1e-12);
        assertArrayEquals(new double[2], gradient, 1e-12);
    }

    @Test
    void anEmbeddingWithoutADirectionHasNoGradient() {
        loss.hold(new float[] {1, 2, 0, 0}, 2, 2);
        var gradient = new double[4];

        double total = loss.addGradient(new double[] {0, 0, 1, 2}, labels(2), 2, 2, gradient);

        assertEquals(0.7, total, 1e-12);
        assertArrayEquals(new double[4], gradient, 1e-12);
    }

    @Test
    void withoutAnOlderVersionThereIsNoTerm() {
        double[] x = doubles(1);
        var gradient = new double[x.length];

        assertEquals(0, loss.addGradient(x, labels(N), N, DIM, gradient));
        assertEquals(Map.of(), reported());
        loss.hold(floats(2), N, DIM);
        assertTrue(value(x) > 0);
        loss.release();

        assertEquals(0, loss.addGradient(x, labels(N), N, DIM, gradient));
        assertEquals(Map.of(), reported());
        assertArrayEquals(new double[x.length], gradient);
    }

    @Test
    void embeddingsOfAnotherBatchAreRefused() {
        loss.hold(floats(2), N, DIM);

        assertThrows(
                IllegalStateException.class, () -> loss.addGradient(doubles(1), labels(N - 1), N - 1, DIM, doubles(1)));
    }

    private double value(double[] x) {
        return loss.addGradient(x, labels(N), N, DIM, new double[x.length]);
    }

    private Map<String, Double> reported() {
        var terms = new HashMap<String, Double>();
        loss.report(terms::put);
        return terms;
    }

    private static int[] labels(int n) {
        return new int[n];
    }

    private static double[] doubles(int seed) {
        return new Random(seed).doubles((long) N * DIM, -1.5, 1.5).toArray();
    }

    private static float[] floats(int seed) {
        var floats = new float[N * DIM];
        double[] values = doubles(seed);
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
