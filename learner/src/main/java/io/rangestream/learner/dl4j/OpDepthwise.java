package io.rangestream.learner.dl4j;

import static org.deeplearning4j.nn.params.ConvolutionParamInitializer.WEIGHT_KEY;

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
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A depthwise convolution by ND4J's operations, for any device and precision, with the weights of a convolution that reads one channel:
 * {@code [channels, 1, kernel, kernel]}, where the operations want {@code [kernel, kernel, channels, 1]}.
 */
final class OpDepthwise extends ConvolutionLayer {

    private static final long serialVersionUID = 1L;

    OpDepthwise(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        INDArray weights = getParam(WEIGHT_KEY);
        long[] shape = {input.size(0), weights.size(0), side(2), side(3)};
        INDArray out = workspaces.createUninitialized(ArrayType.ACTIVATIONS, input.dataType(), shape, 'c');
        Nd4j.exec(DynamicCustomOp.builder("depthwise_conv2d")
                .addInputs(input, weights.permute(2, 3, 0, 1).dup('c'))
                .addIntegerArguments(arguments())
                .addOutputs(out)
                .build());
        return out;
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        INDArray weights = getParam(WEIGHT_KEY).permute(2, 3, 0, 1).dup('c');
        INDArray weightGradient = weights.ulike();
        INDArray out = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, input.dataType(), input.shape(), 'c');
        Nd4j.exec(DynamicCustomOp.builder("depthwise_conv2d_bp")
                .addInputs(input, weights, epsilon)
                .addIntegerArguments(arguments())
                .addOutputs(out, weightGradient)
                .build());
        INDArray view = Objects.requireNonNull(gradientViews.get(WEIGHT_KEY));
        view.assign(weightGradient.permute(2, 3, 0, 1));
        Gradient gradient = new DefaultGradient();
        gradient.setGradientFor(WEIGHT_KEY, view, 'c');
        return new Pair<>(gradient, out);
    }

    /** Kernel, stride, padding, dilation (each for height and width), and 0 for padding that is given. */
    private int[] arguments() {
        int k = layerConf().getKernelSize()[0];
        int s = layerConf().getStride()[0];
        int p = layerConf().getPadding()[0];
        return new int[] {k, k, s, s, p, p, 1, 1, 0};
    }

    private long side(int dimension) {
        int[] a = arguments();
        return (input.size(dimension) + 2L * a[4] - a[0]) / a[2] + 1;
    }
}
