package io.rangestream.learner.dl4j;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.ActivationLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A rectifier on the heap and without branches. See {@link HeapBatchNorm} for why it is not ND4J's. */
final class HeapRelu extends ActivationLayer {

    private static final long serialVersionUID = 1L;

    /** Turns {@code y / (y + TINY)} into 1 for a positive y and into 0 at 0: a division vectorises where a comparison does not. */
    private static final float TINY = 1e-37f;

    private final transient ChannelScratch scratch;

    HeapRelu(NeuralNetConfiguration conf, DataType dataType, ChannelScratch scratch) {
        super(conf, dataType);
        this.scratch = scratch;
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        Channels x = Channels.of(HeapBatchNorm.dense(input, ArrayType.ACTIVATIONS, workspaces));
        INDArray out = workspaces.createUninitialized(ArrayType.ACTIVATIONS, DataType.FLOAT, input.shape(), 'c');
        Channels y = Channels.of(out);
        int length = x.length();
        scratch.forEachChannel(x.count(), length, (c, part) -> {
            float[] tile = part.first;
            x.read(c, tile);
            for (int i = 0; i < length; i++) {
                tile[i] = 0.5f * (tile[i] + Math.abs(tile[i]));
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
        int length = x.length();
        scratch.forEachChannel(x.count(), length, (c, part) -> {
            float[] xs = part.first;
            float[] dys = part.second;
            x.read(c, xs);
            dy.read(c, dys);
            for (int i = 0; i < length; i++) {
                float y = 0.5f * (xs[i] + Math.abs(xs[i]));
                dys[i] *= y / (y + TINY);
            }
            dx.write(c, dys);
        });
        return new Pair<>(new DefaultGradient(), out);
    }
}
