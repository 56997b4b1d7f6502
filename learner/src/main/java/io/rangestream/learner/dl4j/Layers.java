package io.rangestream.learner.dl4j;

import java.util.Collection;
import java.util.function.BiFunction;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.layers.feedforward.PReLU;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * DL4J layer configurations with the conventions of PyTorch, which the reference uses: padding of half the kernel, running statistics
 * with a decay of 0.9, no biases before batch norm. The parameters are those of DL4J's layers whether or not the loops run on the
 * heap.
 *
 * @param scratch where the loops of batch norm and PReLU run, or null for ND4J's own operations
 */
record Layers(@Nullable ChannelScratch scratch) {

    ConvolutionLayer convolution(CompactNet.Convolution shape) {
        int pad = shape.kernel() / 2;
        boolean sampled = scratch != null && shape.kernel() == 1 && shape.stride() > 1;
        int stride = sampled ? 1 : shape.stride();
        var builder = new ConvolutionLayer.Builder(shape.kernel(), shape.kernel())
                .nIn(shape.in())
                .nOut(shape.out())
                .stride(stride, stride)
                .padding(pad, pad)
                .convolutionMode(ConvolutionMode.Truncate)
                .hasBias(false)
                .activation(Activation.IDENTITY);
        if (scratch == null) {
            return new Linear(builder, LinearConvolution::new);
        } else if (sampled) {
            return new Linear(builder, (c, type) -> new SampledConvolution(c, type, shape.stride(), scratch));
        } else if (shape.name().equals(CompactNet.STEM)) {
            return new Linear(builder, (c, type) -> new InputConvolution(c, type, scratch));
        }
        return new Linear(builder, LinearConvolution::new);
    }

    BatchNormalization norm(int channels) {
        return new Norm(channels, scratch);
    }

    PReLULayer prelu(int channels) {
        return new Slope(channels, scratch);
    }

    /** Fills in what DL4J's own {@code instantiate} methods fill in. */
    private static Layer ready(
            org.deeplearning4j.nn.layers.BaseLayer<?> layer,
            org.deeplearning4j.nn.conf.layers.Layer conf,
            NeuralNetConfiguration all,
            Collection<TrainingListener> listeners,
            int index,
            INDArray parameters,
            boolean initialise) {
        layer.setListeners(listeners);
        layer.setIndex(index);
        layer.setParamsViewArray(parameters);
        layer.setParamTable(conf.initializer().init(all, parameters, initialise));
        layer.setConf(all);
        return layer;
    }

    private static final class Linear extends ConvolutionLayer {
        private static final long serialVersionUID = 1L;
        private final transient BiFunction<NeuralNetConfiguration, DataType, LinearConvolution> layer;

        Linear(
                ConvolutionLayer.Builder builder,
                BiFunction<NeuralNetConfiguration, DataType, LinearConvolution> layer) {
            super(builder);
            this.layer = layer;
        }

        @Override
        public Layer instantiate(
                NeuralNetConfiguration conf,
                Collection<TrainingListener> listeners,
                int index,
                INDArray parameters,
                boolean initialise,
                DataType type) {
            return ready(layer.apply(conf, type), this, conf, listeners, index, parameters, initialise);
        }
    }

    private static final class Norm extends BatchNormalization {
        private static final long serialVersionUID = 1L;
        private final transient @Nullable ChannelScratch scratch;

        Norm(int channels, @Nullable ChannelScratch scratch) {
            this.scratch = scratch;
            setNIn(channels);
            setNOut(channels);
            setDecay(0.9);
            setEps(1e-5);
            setUseLogStd(false);
        }

        @Override
        public Layer instantiate(
                NeuralNetConfiguration conf,
                Collection<TrainingListener> listeners,
                int index,
                INDArray parameters,
                boolean initialise,
                DataType type) {
            if (scratch == null) {
                return super.instantiate(conf, listeners, index, parameters, initialise, type);
            }
            return ready(new HeapBatchNorm(conf, type, scratch), this, conf, listeners, index, parameters, initialise);
        }
    }

    private static final class Slope extends PReLULayer {
        private static final long serialVersionUID = 1L;
        private final transient @Nullable ChannelScratch scratch;

        Slope(int channels, @Nullable ChannelScratch scratch) {
            this.scratch = scratch;
            setInputShape(new long[] {channels, 1, 1});
            setSharedAxes(new long[] {2, 3});
            setWeightInitFn(new WeightInitConstant(0.25));
        }

        @Override
        public Layer instantiate(
                NeuralNetConfiguration conf,
                Collection<TrainingListener> listeners,
                int index,
                INDArray parameters,
                boolean initialise,
                DataType type) {
            PReLU layer = scratch == null ? new OpPRelu(conf, type) : new HeapPRelu(conf, type, scratch);
            return ready(layer, this, conf, listeners, index, parameters, initialise);
        }
    }
}
