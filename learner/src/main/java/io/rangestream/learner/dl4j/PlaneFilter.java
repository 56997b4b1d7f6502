package io.rangestream.learner.dl4j;

import java.util.Arrays;

/**
 * The arithmetic of a depthwise convolution on one square map: it is computed at every place of the padded map, row after row as one
 * long line, which the compiler vectorises, and a stride only picks from it. At strides above 1 most of that is thrown away, and is
 * still cheap.
 *
 * <p>A padded map is {@code [side + 2 · padding]²} long, a line of results {@link #span}.
 */
final class PlaneFilter {

    private final int side;
    private final int kernel;
    private final int stride;
    private final int padding;
    private final int padded;
    private final int out;

    PlaneFilter(int side, int kernel, int stride, int padding) {
        this.side = side;
        this.kernel = kernel;
        this.stride = stride;
        this.padding = padding;
        this.padded = side + 2 * padding;
        this.out = (padded - kernel) / stride + 1;
    }

    int outSide() {
        return out;
    }

    int taps() {
        return kernel * kernel;
    }

    int paddedArea() {
        return padded * padded;
    }

    /** Length of the part of a padded map in which results start. */
    int span() {
        int last = (out - 1) * stride;
        return last * padded + last + 1;
    }

    /** Copies a map into the middle of a padded one, whose border stays as it is. */
    void pad(float[] map, float[] to) {
        for (int y = 0; y < side; y++) {
            System.arraycopy(map, y * side, to, (y + padding) * padded + padding, side);
        }
    }

    /** Copies the middle of a padded map out. */
    void unpad(float[] from, float[] map) {
        for (int y = 0; y < side; y++) {
            System.arraycopy(from, (y + padding) * padded + padding, map, y * side, side);
        }
    }

    /** Takes the results at the stride out of a line. */
    void gather(float[] line, float[] map) {
        for (int y = 0; y < out; y++) {
            for (int x = 0; x < out; x++) {
                map[y * out + x] = line[y * stride * padded + x * stride];
            }
        }
    }

    /** The inverse of {@link #gather}; what lies between the strides, and beyond the end of a row, stays as it is. */
    void scatter(float[] map, float[] line) {
        for (int y = 0; y < out; y++) {
            for (int x = 0; x < out; x++) {
                line[y * stride * padded + x * stride] = map[y * out + x];
            }
        }
    }

    /** Results of a line: {@code Σ_t w_t · x[i + at(t)]}. */
    void correlate(float[] x, float[] weights, float[] line) {
        int span = span();
        Arrays.fill(line, 0, span, 0f);
        for (int t = 0; t < weights.length && t < taps(); t++) {
            int at = at(t);
            float w = weights[t];
            for (int i = 0; i < span; i++) {
                line[i] += w * x[i + at];
            }
        }
    }

    /** The gradient of {@link #correlate} with respect to the padded map, from that of the line. */
    void spreadBack(float[] line, float[] weights, float[] x) {
        int span = span();
        Arrays.fill(x, 0, paddedArea(), 0f);
        for (int t = 0; t < weights.length && t < taps(); t++) {
            int at = at(t);
            float w = weights[t];
            for (int i = 0; i < span; i++) {
                x[i + at] += w * line[i];
            }
        }
    }

    /** Adds to {@code products[t][i]} what place i contributes to the gradient of weight t. */
    void addProducts(float[] line, float[] x, float[][] products) {
        int span = span();
        for (int t = 0; t < taps(); t++) {
            int at = at(t);
            float[] sums = products[t];
            for (int i = 0; i < span; i++) {
                sums[i] += line[i] * x[i + at];
            }
        }
    }

    /** How far from the place of a result the value lies that weight t multiplies. */
    private int at(int t) {
        return t / kernel * padded + t % kernel;
    }
}
