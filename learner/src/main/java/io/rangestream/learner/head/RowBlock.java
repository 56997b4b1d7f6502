package io.rangestream.learner.head;

/**
 * Loops of a dense layer over four rows at a time. One row at a time would load and store the accumulator for every multiplication;
 * with four, a quarter as often.
 */
final class RowBlock {

    private RowBlock() {}

    /**
     * {@code y[0, length) += Σ_r a[r]·x_r} for {@code rows} rows of {@code x} that lie {@code stride} apart.
     *
     * @param aStride distance of the factors in {@code a}
     */
    static void addScaledRows(
            float[] y,
            int yFrom,
            float[] x,
            int xFrom,
            int stride,
            int length,
            float[] a,
            int aFrom,
            int aStride,
            int rows) {
        int r = 0;
        for (; r + 4 <= rows; r += 4) {
            float a0 = a[aFrom + r * aStride];
            float a1 = a[aFrom + (r + 1) * aStride];
            float a2 = a[aFrom + (r + 2) * aStride];
            float a3 = a[aFrom + (r + 3) * aStride];
            int x0 = xFrom + r * stride;
            int x1 = x0 + stride;
            int x2 = x1 + stride;
            int x3 = x2 + stride;
            for (int i = 0; i < length; i++) {
                y[yFrom + i] += a0 * x[x0 + i] + a1 * x[x1 + i] + (a2 * x[x2 + i] + a3 * x[x3 + i]);
            }
        }
        for (; r < rows; r++) {
            float a0 = a[aFrom + r * aStride];
            int x0 = xFrom + r * stride;
            for (int i = 0; i < length; i++) {
                y[yFrom + i] += a0 * x[x0 + i];
            }
        }
    }
}
