package io.rangestream.learner.dl4j;

import static org.deeplearning4j.nn.params.ConvolutionParamInitializer.WEIGHT_KEY;

import java.util.Arrays;
import java.util.Objects;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A depthwise convolution with its loops on the heap, one channel at a time, as batch norm and PReLU are computed; the weights are
 * those of {@link OpDepthwise}.
 */
final class HeapDepthwise extends ConvolutionLayer {

    private static final long serialVersionUID = 1L;

    private final transient ChannelScratch scratch;

    HeapDepthwise(NeuralNetConfiguration conf, DataType dataType, ChannelScratch scratch) {
        super(conf, dataType);
        this.scratch = scratch;
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        PlaneFilter filter = filter();
        INDArray dense = HeapBatchNorm.dense(input, ArrayType.ACTIVATIONS, workspaces);
        Channels x = Channels.of(dense);
        long[] shape = {x.n(), x.count(), filter.outSide(), filter.outSide()};
        INDArray out = workspaces.createUninitialized(ArrayType.ACTIVATIONS, DataType.FLOAT, shape, 'c');
        Channels y = Channels.of(out);
        int taps = filter.taps();
        var weights = Channels.floats(getParam(WEIGHT_KEY));
        scratch.forEachChannel(x.count(), mapArea(filter), (c, part) -> {
            float[] map = part.first;
            float[] kernel = part.more(0, taps);
            float[] padded = part.more(1, filter.paddedArea());
            float[] sums = part.more(2, filter.paddedArea());
            weights.get(c * taps, kernel, 0, taps);
            Arrays.fill(padded, 0, filter.paddedArea(), 0f);
            for (int n = 0; n < x.n(); n++) {
                x.readMap(n, c, map);
                filter.pad(map, padded);
                filter.correlate(padded, kernel, sums);
                filter.gather(sums, map);
                y.writeMap(n, c, map);
            }
        });
        return out;
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        PlaneFilter filter = filter();
        Channels x = Channels.of(HeapBatchNorm.dense(input, ArrayType.BP_WORKING_MEM, workspaces));
        Channels dy = Channels.of(HeapBatchNorm.dense(epsilon, ArrayType.BP_WORKING_MEM, workspaces));
        INDArray out = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, DataType.FLOAT, input.shape(), 'c');
        Channels dx = Channels.of(out);
        int taps = filter.taps();
        int span = filter.span();
        var weights = Channels.floats(getParam(WEIGHT_KEY));
        INDArray view = Objects.requireNonNull(gradientViews.get(WEIGHT_KEY));
        var weightGradient = Channels.floats(view);
        scratch.forEachChannel(x.count(), mapArea(filter), (c, part) -> {
            float[] map = part.first;
            float[] kernel = part.more(0, taps);
            float[] padded = part.more(1, filter.paddedArea());
            float[] sums = part.more(2, filter.paddedArea());
            float[] spread = part.more(3, filter.paddedArea());
            var products = new float[taps][];
            for (int t = 0; t < taps; t++) {
                products[t] = part.more(4 + t, span);
                Arrays.fill(products[t], 0, span, 0f);
            }
            weights.get(c * taps, kernel, 0, taps);
            Arrays.fill(padded, 0, filter.paddedArea(), 0f);
            Arrays.fill(spread, 0, filter.paddedArea(), 0f);
            for (int n = 0; n < x.n(); n++) {
                dy.readMap(n, c, map);
                filter.scatter(map, spread);
                x.readMap(n, c, map);
                filter.pad(map, padded);
                filter.addProducts(spread, padded, products);
                filter.spreadBack(spread, kernel, sums);
                filter.unpad(sums, map);
                dx.writeMap(n, c, map);
            }
            for (int t = 0; t < taps; t++) {
                weightGradient.put(c * taps + t, (float) part.sums.sum(products[t], span));
            }
        });
        Gradient gradient = new DefaultGradient();
        gradient.setGradientFor(WEIGHT_KEY, view, 'c');
        return new Pair<>(gradient, out);
    }

    private PlaneFilter filter() {
        int side = Math.toIntExact(input.size(2));
        return new PlaneFilter(
                side,
                layerConf().getKernelSize()[0],
                layerConf().getStride()[0],
                layerConf().getPadding()[0]);
    }

    /** Room for a map of the input or of the output. */
    private int mapArea(PlaneFilter filter) {
        return Math.toIntExact(Math.max(input.size(2) * input.size(3), (long) filter.outSide() * filter.outSide()));
    }
}
