package io.rangestream.learner.dl4j;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The convolution that reads the crops. Nobody wants the gradient at the crops, but ND4J's {@code conv2d_bp} always computes it, on
 * three channels that oneDNN pads to sixteen; that and the layout changes around it take 12 % of a step of the compact network. Here
 * the gradient of the weights alone is computed, on the heap: ∂L/∂w[o, c, i, j] is the product of the gradient at output channel o
 * with the crop's channel c moved by (i, j).
 */
final class InputConvolution extends LinearConvolution {

    private static final long serialVersionUID = 1L;

    /** Positions that are multiplied at a time, so that what is read again and again stays in the second-level cache. */
    private static final int POSITIONS = 4096;

    private final transient ChannelScratch scratch;

    InputConvolution(NeuralNetConfiguration conf, DataType dataType, ChannelScratch scratch) {
        super(conf, dataType);
        this.scratch = scratch;
    }

    /** Gives the gradient of the weights, and none at the input. */
    @Override
    public Pair<Gradient, @Nullable INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        INDArray x = HeapBatchNorm.dense(input, ArrayType.BP_WORKING_MEM, workspaces);
        INDArray dy = HeapBatchNorm.dense(epsilon, ArrayType.BP_WORKING_MEM, workspaces);
        var shape = new Shape(
                Math.toIntExact(x.size(1)),
                Math.toIntExact(x.size(2)),
                layerConf().getKernelSize()[0],
                layerConf().getStride()[0],
                layerConf().getPadding()[0],
                Math.toIntExact(dy.size(1)),
                Math.toIntExact(dy.size(2)));
        INDArray weights = Objects.requireNonNull(gradientViews.get(ConvolutionParamInitializer.WEIGHT_KEY));
        double[] sums = sums(Channels.floats(x), Channels.floats(dy), Math.toIntExact(x.size(0)), shape);
        FloatBuffer to = Channels.floats(weights);
        for (int i = 0; i < sums.length; i++) {
            to.put(i, (float) sums[i]);
        }
        Gradient gradient = new DefaultGradient();
        gradient.setGradientFor(ConvolutionParamInitializer.WEIGHT_KEY, weights, 'c');
        return new Pair<>(gradient, null);
    }

    /** Square maps: {@code [in, side, side]} becomes {@code [out, outSide, outSide]}. */
    private record Shape(int in, int side, int kernel, int stride, int padding, int out, int outSide) {
        int taps() {
            return in * kernel * kernel;
        }
    }

    private double[] sums(FloatBuffer x, FloatBuffer dy, int n, Shape s) {
        int rows = n * s.outSide();
        int rowsAtOnce = Math.max(1, POSITIONS / s.outSide());
        double[][] parts = scratch.forEachRange(rows, (from, to, part) -> {
            var sums = new double[s.out() * s.taps()];
            int length = rowsAtOnce * s.outSide();
            float[] moved = part.first(s.taps() * length);
            float[] gradient = part.second(s.out() * length);
            for (int row = from; row < to; row += rowsAtOnce) {
                int count = Math.min(rowsAtOnce, to - row);
                gather(x, dy, row, count, length, s, moved, gradient);
                for (int o = 0; o < s.out(); o++) {
                    for (int t = 0; t < s.taps(); t++) {
                        sums[o * s.taps() + t] +=
                                part.sums.product(gradient, o * length, moved, t * length, count * s.outSide());
                    }
                }
            }
            return sums;
        });
        double[] total = parts[0];
        for (int p = 1; p < parts.length; p++) {
            for (int i = 0; i < total.length; i++) {
                total[i] += parts[p][i];
            }
        }
        return total;
    }

    /** Lays out rows of the output: {@code moved[tap, position]} and {@code gradient[out, position]}. */
    private static void gather(
            FloatBuffer x,
            FloatBuffer dy,
            int firstRow,
            int rows,
            int length,
            Shape s,
            float[] moved,
            float[] gradient) {
        var line = new float[s.side()];
        for (int r = 0; r < rows; r++) {
            int image = (firstRow + r) / s.outSide();
            int y = (firstRow + r) % s.outSide();
            int at = r * s.outSide();
            for (int o = 0; o < s.out(); o++) {
                dy.get(((image * s.out() + o) * s.outSide() + y) * s.outSide(), gradient, o * length + at, s.outSide());
            }
            for (int tapRow = 0; tapRow < s.in() * s.kernel(); tapRow++) {
                int channel = tapRow / s.kernel();
                int source = y * s.stride() + tapRow % s.kernel() - s.padding();
                if (source < 0 || source >= s.side()) {
                    Arrays.fill(line, 0f);
                } else {
                    x.get(((image * s.in() + channel) * s.side() + source) * s.side(), line, 0, s.side());
                }
                for (int j = 0; j < s.kernel(); j++) {
                    move(
                            line,
                            j - s.padding(),
                            s.stride(),
                            moved,
                            (tapRow * s.kernel() + j) * length + at,
                            s.outSide());
                }
            }
        }
    }

    /** Takes every stride-th value from an offset on; 0 beyond the ends. */
    private static void move(float[] line, int offset, int stride, float[] to, int at, int count) {
        for (int i = 0, from = offset; i < count; i++, from += stride) {
            to[at + i] = from >= 0 && from < line.length ? line[from] : 0f;
        }
    }
}
