package io.rangestream.learner.dl4j;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A convolution whose activation is the identity. DL4J computes the forward pass a second time during backward to have the
 * pre-activation for the activation's derivative; the identity looks at its shape only, which is that of the incoming gradient.
 */
class LinearConvolution extends ConvolutionLayer {

    private static final long serialVersionUID = 1L;

    private transient @Nullable INDArray incoming;

    LinearConvolution(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        incoming = epsilon;
        try {
            return super.backpropGradient(epsilon, workspaces);
        } finally {
            incoming = null;
        }
    }

    @Override
    protected Pair<INDArray, INDArray> preOutput4d(
            boolean training, boolean forBackprop, LayerWorkspaceMgr workspaces) {
        return incoming != null ? new Pair<>(incoming, null) : super.preOutput4d(training, forBackprop, workspaces);
    }

    /** Whether this layer runs on the accelerated kernels. */
    final boolean isAccelerated() {
        return helper != null && helperCountFail == 0;
    }
}
