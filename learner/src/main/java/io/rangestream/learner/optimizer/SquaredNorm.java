package io.rangestream.learner.optimizer;

/**
 * Sums of squares over floats, accumulated in eight double columns: the columns let the compiler vectorise the loop, which a single
 * running sum forbids.
 */
public final class SquaredNorm {

    private static final int COLUMNS = 8;

    private SquaredNorm() {}

    /** Σ values[i]² for i in {@code [from, to)}; NaN or infinite when a value is. */
    public static double of(float[] values, int from, int to) {
        var columns = new double[COLUMNS];
        int i = from;
        for (; i + COLUMNS <= to; i += COLUMNS) {
            for (int c = 0; c < COLUMNS; c++) {
                double v = values[i + c];
                columns[c] += v * v;
            }
        }
        double sum = 0;
        for (; i < to; i++) {
            sum += (double) values[i] * values[i];
        }
        for (double column : columns) {
            sum += column;
        }
        return sum;
    }
}
