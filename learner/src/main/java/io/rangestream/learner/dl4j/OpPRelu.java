package io.rangestream.learner.dl4j;

import static org.deeplearning4j.nn.params.PReLUParamInitializer.WEIGHT_KEY;

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
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * PReLU with one slope per channel from elementary ND4J operations, for any device and precision. DL4J's own layer cannot be trained
 * with shared axes in 1.0.0-M2.1: {@code prelu_bp} rejects a slope array that much shorter than its input.
 */
final class OpPRelu extends PReLU {

    private static final long serialVersionUID = 1L;

    OpPRelu(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        INDArray positive = Transforms.relu(input, true);
        INDArray negative = timesSlope(input.sub(positive));
        return workspaces.leverageTo(ArrayType.ACTIVATIONS, positive.addi(negative));
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        INDArray isPositive = input.gt(0).castTo(input.dataType());
        INDArray passed = epsilon.mul(isPositive);
        INDArray sloped = epsilon.sub(passed);
        INDArray slopeGradient = Objects.requireNonNull(gradientViews.get(WEIGHT_KEY));
        slopeGradient.assign(sloped.mul(input).sum(0, 2, 3).reshape(slopeGradient.shape()));
        INDArray delta = passed.addi(timesSlope(sloped));
        Gradient gradient = new DefaultGradient();
        gradient.setGradientFor(WEIGHT_KEY, slopeGradient, 'c');
        return new Pair<>(gradient, workspaces.leverageTo(ArrayType.ACTIVATION_GRAD, delta));
    }

    private INDArray timesSlope(INDArray array) {
        INDArray slope = getParam(WEIGHT_KEY);
        return Nd4j.exec(new BroadcastMulOp(array, slope.reshape(slope.length()), array, 1));
    }
}
