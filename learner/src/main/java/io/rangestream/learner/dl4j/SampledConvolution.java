package io.rangestream.learner.dl4j;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A 1 × 1 convolution with a stride, as on the shortcuts that change shape: of stride 1, on every stride-th row and column of its
 * input, which are picked first. ND4J changes the layout of the whole input, forward and twice backward, though a stride of 2 uses a
 * quarter of it; on the shortcuts of the compact network that took as long as all their convolutions together.
 */
final class SampledConvolution extends LinearConvolution {

    private static final long serialVersionUID = 1L;

    private final int stride;
    private final transient ChannelScratch scratch;
    private long[] inputShape = new long[0];

    /** @param conf of stride 1 */
    SampledConvolution(NeuralNetConfiguration conf, DataType dataType, int stride, ChannelScratch scratch) {
        super(conf, dataType);
        this.stride = stride;
        this.scratch = scratch;
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        inputShape = input.shape();
        INDArray sampled = workspaces.createUninitialized(
                ArrayType.ACTIVATIONS,
                DataType.FLOAT,
                new long[] {inputShape[0], inputShape[1], sampledSide(inputShape[2]), sampledSide(inputShape[3])},
                'c');
        Channels from = Channels.of(HeapBatchNorm.dense(input, ArrayType.ACTIVATIONS, workspaces));
        Channels to = Channels.of(sampled);
        int width = Math.toIntExact(inputShape[3]);
        int sampledWidth = Math.toIntExact(sampled.size(3));
        scratch.forEachChannel(from.count(), from.length(), (c, part) -> {
            from.read(c, part.first);
            int rows = to.length() / sampledWidth;
            for (int row = 0; row < rows; row++) {
                int source = sourceRow(row, sampledWidth) * width;
                for (int i = 0; i < sampledWidth; i++) {
                    part.second[row * sampledWidth + i] = part.first[source + i * stride];
                }
            }
            to.write(c, part.second);
        });
        setInput(sampled, workspaces);
        return super.activate(training, workspaces);
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        Pair<Gradient, INDArray> sampled = super.backpropGradient(epsilon, workspaces);
        INDArray whole = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, DataType.FLOAT, inputShape, 'c');
        Channels from = Channels.of(HeapBatchNorm.dense(sampled.getSecond(), ArrayType.BP_WORKING_MEM, workspaces));
        Channels to = Channels.of(whole);
        int width = Math.toIntExact(inputShape[3]);
        int sampledWidth = Math.toIntExact(sampled.getSecond().size(3));
        scratch.forEachChannel(to.count(), to.length(), (c, part) -> {
            Arrays.fill(part.first, 0, to.length(), 0f);
            from.read(c, part.second);
            int rows = from.length() / sampledWidth;
            for (int row = 0; row < rows; row++) {
                int target = sourceRow(row, sampledWidth) * width;
                for (int i = 0; i < sampledWidth; i++) {
                    part.first[target + i * stride] = part.second[row * sampledWidth + i];
                }
            }
            to.write(c, part.first);
        });
        return new Pair<>(sampled.getFirst(), whole);
    }

    private long sampledSide(long side) {
        return (side + stride - 1) / stride;
    }

    /** The row of the input, counted over the whole batch, that a row of the sample comes from; maps are square. */
    private int sourceRow(int row, int sampledHeight) {
        int height = Math.toIntExact(inputShape[2]);
        return row / sampledHeight * height + row % sampledHeight * stride;
    }
}
