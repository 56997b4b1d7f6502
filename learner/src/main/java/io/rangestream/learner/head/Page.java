package io.rangestream.learner.head;

import java.util.Arrays;

/** A fixed number of rows: weights, bias, the optimiser's moments of both, and how often each row was moved. Rows not in use are zero. */
final class Page {

    /** Rows come in pages, so that growing copies nothing; memory without an identity is that of the last page, and of erased rows until new ones take them. */
    static final int ROWS = 64;

    final int dim;
    final float[] weights;
    final float[][] moments;
    final float[] bias = new float[ROWS];
    final float[][] biasMoments;
    final int[] updates = new int[ROWS];

    /** @param momentArrays arrays of moments that the optimiser keeps */
    Page(int dim, int momentArrays) {
        this.dim = dim;
        weights = new float[ROWS * dim];
        moments = new float[momentArrays][ROWS * dim];
        biasMoments = new float[momentArrays][ROWS];
    }

    void start(int row, float[] values) {
        System.arraycopy(values, 0, weights, row * dim, dim);
    }

    void clear(int row) {
        Arrays.fill(weights, row * dim, (row + 1) * dim, 0f);
        bias[row] = 0f;
        updates[row] = 0;
        for (int m = 0; m < moments.length; m++) {
            Arrays.fill(moments[m], row * dim, (row + 1) * dim, 0f);
            biasMoments[m][row] = 0f;
        }
    }

    /** Forgets the optimiser's moments, and how often rows were moved, which goes with them. */
    void clearMoments() {
        Arrays.fill(updates, 0);
        for (int m = 0; m < moments.length; m++) {
            Arrays.fill(moments[m], 0f);
            Arrays.fill(biasMoments[m], 0f);
        }
    }

    /** Bytes of the arrays of a page, with what the JVM puts before each. */
    static long bytes(int dim, int momentArrays) {
        long header = 16;
        long weights = (1L + momentArrays) * (header + (long) ROWS * dim * Float.BYTES);
        long biases = (2L + momentArrays) * (header + (long) ROWS * Float.BYTES);
        long references = 2 * (header + 8L * momentArrays) + 56;
        return weights + biases + references;
    }
}
