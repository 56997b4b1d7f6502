package io.rangestream.learner.dl4j;

import static org.deeplearning4j.nn.params.PReLUParamInitializer.WEIGHT_KEY;

import java.nio.FloatBuffer;
import java.util.Objects;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.feedforward.PReLU;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * PReLU with one slope per channel (He et al. 2015, arXiv:1502.01852), on the heap and without branches:
 * {@code y = (1+a)/2·x + (1−a)/2·|x|}. See {@link OpPRelu} for why
 * it is not DL4J's.
 */
final class HeapPRelu extends PReLU {

    private static final long serialVersionUID = 1L;

    /** Turns {@code x / (|x| + TINY)} into the sign of x, and into 0 at 0: a division vectorises where a comparison does not. */
    private static final float TINY = 1e-37f;

    private final transient ChannelScratch scratch;

    HeapPRelu(NeuralNetConfiguration conf, DataType dataType, ChannelScratch scratch) {
        super(conf, dataType);
        this.scratch = scratch;
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        Channels x = Channels.of(HeapBatchNorm.dense(input, ArrayType.ACTIVATIONS, workspaces));
        INDArray out = workspaces.createUninitialized(ArrayType.ACTIVATIONS, DataType.FLOAT, input.shape(), 'c');
        Channels y = Channels.of(out);
        FloatBuffer slope = Channels.floats(getParam(WEIGHT_KEY));
        int length = x.length();
        scratch.forEachChannel(x.count(), length, (c, part) -> {
            float[] tile = part.first;
            float linear = 0.5f * (1 + slope.get(c));
            float absolute = 0.5f * (1 - slope.get(c));
            x.read(c, tile);
            for (int i = 0; i < length; i++) {
                tile[i] = linear * tile[i] + absolute * Math.abs(tile[i]);
            }
            y.write(c, tile);
        });
        return out;
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        Channels x = Channels.of(HeapBatchNorm.dense(input, ArrayType.BP_WORKING_MEM, workspaces));
        Channels dy = Channels.of(HeapBatchNorm.dense(epsilon, ArrayType.BP_WORKING_MEM, workspaces));
        INDArray out = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, DataType.FLOAT, input.shape(), 'c');
        Channels dx = Channels.of(out);
        FloatBuffer slope = Channels.floats(getParam(WEIGHT_KEY));
        FloatBuffer dSlope = Channels.floats(Objects.requireNonNull(gradientViews.get(WEIGHT_KEY)));
        int length = x.length();
        scratch.forEachChannel(x.count(), length, (c, part) -> {
            float[] xs = part.first;
            float[] dys = part.second;
            x.read(c, xs);
            dy.read(c, dys);
            dSlope.put(c, (float) part.sums.negativePartProduct(dys, xs, length));
            float linear = 0.5f * (1 + slope.get(c));
            float absolute = 0.5f * (1 - slope.get(c));
            for (int i = 0; i < length; i++) {
                dys[i] *= linear + absolute * (xs[i] / (Math.abs(xs[i]) + TINY));
            }
            dx.write(c, dys);
        });
        Gradient gradient = new DefaultGradient();
        gradient.setGradientFor(WEIGHT_KEY, gradientViews.get(WEIGHT_KEY), 'c');
        return new Pair<>(gradient, out);
    }
}
