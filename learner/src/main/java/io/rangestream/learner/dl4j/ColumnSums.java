package io.rangestream.learner.dl4j;

import java.util.Arrays;

/**
 * Sums over long float arrays, accumulated in columns: a running sum in one variable has a fixed order that the compiler may not
 * vectorise, 256 running sums side by side it does. They also lose less to rounding. One instance per thread.
 */
final class ColumnSums {

    private static final int COLUMNS = 256;

    private final float[] columns = new float[COLUMNS];

    /** Σ x. */
    double sum(float[] x, int length) {
        float[] c = cleared();
        int i = 0;
        for (; i + COLUMNS <= length; i += COLUMNS) {
            for (int j = 0; j < COLUMNS; j++) {
                c[j] += x[i + j];
            }
        }
        double rest = 0;
        for (; i < length; i++) {
            rest += x[i];
        }
        return rest + total();
    }

    /** Σ (x − centre)². */
    double squaredDeviation(float[] x, float centre, int length) {
        float[] c = cleared();
        int i = 0;
        for (; i + COLUMNS <= length; i += COLUMNS) {
            for (int j = 0; j < COLUMNS; j++) {
                float d = x[i + j] - centre;
                c[j] += d * d;
            }
        }
        double rest = 0;
        for (; i < length; i++) {
            float d = x[i] - centre;
            rest += d * d;
        }
        return rest + total();
    }

    /** Σ y·(x − centre). */
    double centredProduct(float[] y, float[] x, float centre, int length) {
        float[] c = cleared();
        int i = 0;
        for (; i + COLUMNS <= length; i += COLUMNS) {
            for (int j = 0; j < COLUMNS; j++) {
                c[j] += y[i + j] * (x[i + j] - centre);
            }
        }
        double rest = 0;
        for (; i < length; i++) {
            rest += y[i] * (x[i] - centre);
        }
        return rest + total();
    }

    /** Σ y·min(x, 0). */
    double negativePartProduct(float[] y, float[] x, int length) {
        float[] c = cleared();
        int i = 0;
        for (; i + COLUMNS <= length; i += COLUMNS) {
            for (int j = 0; j < COLUMNS; j++) {
                c[j] += y[i + j] * (x[i + j] - Math.abs(x[i + j]));
            }
        }
        double rest = 0;
        for (; i < length; i++) {
            rest += y[i] * (x[i] - Math.abs(x[i]));
        }
        return 0.5 * (rest + total());
    }

    private float[] cleared() {
        Arrays.fill(columns, 0f);
        return columns;
    }

    private double total() {
        double total = 0;
        for (float column : columns) {
            total += column;
        }
        return total;
    }
}
