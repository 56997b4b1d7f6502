package io.rangestream.learner.dl4j;

import java.util.Arrays;

/**
 * Sums over long float arrays, accumulated in columns: a running sum in one variable has a fixed order that the compiler may not
 * vectorise, 256 running sums side by side it does. Four rows go into each pass over the columns, which are loaded and stored a
 * quarter as often. Columns also lose less to rounding. One instance per thread.
 */
final class ColumnSums {

    private static final int COLUMNS = 256;
    private static final int FEW = 16;
    private static final int ROWS = 4;
    private static final int BLOCK = ROWS * COLUMNS;

    private final float[] columns = new float[COLUMNS];

    /** Σ x. */
    double sum(float[] x, int length) {
        float[] c = cleared();
        int i = 0;
        for (; i + BLOCK <= length; i += BLOCK) {
            int i1 = i + COLUMNS;
            int i2 = i1 + COLUMNS;
            int i3 = i2 + COLUMNS;
            for (int j = 0; j < COLUMNS; j++) {
                c[j] += (x[i + j] + x[i1 + j]) + (x[i2 + j] + x[i3 + j]);
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
        for (; i + BLOCK <= length; i += BLOCK) {
            int i1 = i + COLUMNS;
            int i2 = i1 + COLUMNS;
            int i3 = i2 + COLUMNS;
            for (int j = 0; j < COLUMNS; j++) {
                float d0 = x[i + j] - centre;
                float d1 = x[i1 + j] - centre;
                float d2 = x[i2 + j] - centre;
                float d3 = x[i3 + j] - centre;
                c[j] += (d0 * d0 + d1 * d1) + (d2 * d2 + d3 * d3);
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
        for (; i + BLOCK <= length; i += BLOCK) {
            int i1 = i + COLUMNS;
            int i2 = i1 + COLUMNS;
            int i3 = i2 + COLUMNS;
            for (int j = 0; j < COLUMNS; j++) {
                c[j] += (y[i + j] * (x[i + j] - centre) + y[i1 + j] * (x[i1 + j] - centre))
                        + (y[i2 + j] * (x[i2 + j] - centre) + y[i3 + j] * (x[i3 + j] - centre));
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
        for (; i + BLOCK <= length; i += BLOCK) {
            int i1 = i + COLUMNS;
            int i2 = i1 + COLUMNS;
            int i3 = i2 + COLUMNS;
            for (int j = 0; j < COLUMNS; j++) {
                c[j] += (y[i + j] * (x[i + j] - Math.abs(x[i + j])) + y[i1 + j] * (x[i1 + j] - Math.abs(x[i1 + j])))
                        + (y[i2 + j] * (x[i2 + j] - Math.abs(x[i2 + j]))
                                + y[i3 + j] * (x[i3 + j] - Math.abs(x[i3 + j])));
            }
        }
        double rest = 0;
        for (; i < length; i++) {
            rest += y[i] * (x[i] - Math.abs(x[i]));
        }
        return 0.5 * (rest + total());
    }

    /** Σ y·x over {@code length} values from offsets on. */
    double product(float[] y, int yFrom, float[] x, int xFrom, int length) {
        float[] c = cleared();
        int i = 0;
        for (; i + BLOCK <= length; i += BLOCK) {
            int y0 = yFrom + i;
            int y1 = y0 + COLUMNS;
            int y2 = y1 + COLUMNS;
            int y3 = y2 + COLUMNS;
            int x0 = xFrom + i;
            int x1 = x0 + COLUMNS;
            int x2 = x1 + COLUMNS;
            int x3 = x2 + COLUMNS;
            for (int j = 0; j < COLUMNS; j++) {
                c[j] += (y[y0 + j] * x[x0 + j] + y[y1 + j] * x[x1 + j])
                        + (y[y2 + j] * x[x2 + j] + y[y3 + j] * x[x3 + j]);
            }
        }
        double rest = 0;
        for (; i < length; i++) {
            rest += y[yFrom + i] * x[xFrom + i];
        }
        return rest + total();
    }

    private float[] cleared() {
        Arrays.fill(columns, 0f);
        return columns;
    }

    /** Folded to a few columns first, which vectorises. */
    private double total() {
        for (int half = COLUMNS / 2; half >= FEW; half /= 2) {
            for (int j = 0; j < half; j++) {
                columns[j] += columns[j + half];
            }
        }
        double total = 0;
        for (int j = 0; j < FEW; j++) {
            total += columns[j];
        }
        return total;
    }
}
