package io.rangestream.learner.head;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Float arrays beside the doubles of a reference. */
final class Floats {

    private Floats() {}

    static float[] of(double[] values) {
        var floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /** Every value within {@code relative} of the largest expected one. */
    static void assertClose(double[] expected, float[] actual, double relative) {
        double largest = 0;
        for (double e : expected) {
            largest = Math.max(largest, Math.abs(e));
        }
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], relative * largest, "at " + i);
        }
    }
}
