package io.rangestream.learner.dl4j;

import io.rangestream.learner.architecture.Architecture;
import io.rangestream.learner.architecture.Node;
import java.util.Collection;
import java.util.function.BiFunction;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.layers.feedforward.PReLU;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * DL4J layer configurations with the conventions of PyTorch, which the reference uses: running statistics with a decay of 0.9. The parameters are those of DL4J's layers whether or not the loops run on the
 * heap.
 *
 * @param scratch where the loops of batch norm, rectifiers and depthwise convolutions run, or null for ND4J's own operations
 */
record Layers(@Nullable ChannelScratch scratch) {

    ConvolutionLayer convolution(Node.Convolution c) {
        boolean sampled = scratch != null && c.kernel() == 1 && c.stride() > 1;
        var builder = builder(c.kernel(), sampled ? 1 : c.stride(), c.padding())
                .nIn(c.in())
                .nOut(c.out())
                .hasBias(c.bias());
        if (scratch == null) {
            return new Linear(builder, LinearConvolution::new);
        } else if (sampled) {
            return new Linear(builder, (conf, type) -> new SampledConvolution(conf, type, c.stride(), scratch));
        } else if (c.from().equals(Architecture.INPUT) && !c.bias()) {
            return new Linear(builder, (conf, type) -> new InputConvolution(conf, type, scratch));
        }
        return new Linear(builder, LinearConvolution::new);
    }

    /** To DL4J it is a convolution that reads one channel, which gives it the weights {@code [channels, 1, kernel, kernel]}. */
    ConvolutionLayer depthwise(Node.Depthwise d) {
        return new Depth(
                builder(d.kernel(), d.stride(), d.padding())
                        .nIn(1)
                        .nOut(d.channels())
                        .hasBias(false),
                scratch);
    }

    ActivationLayer relu() {
        return new Rectifier(scratch);
    }

    SubsamplingLayer maxPool() {
        return new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX, new int[] {2, 2}, new int[] {2, 2})
                .convolutionMode(ConvolutionMode.Truncate)
                .build();
    }

    BatchNormalization norm(int channels) {
        return new Norm(channels, scratch);
    }

    PReLULayer prelu(int channels) {
        return new Slope(channels, scratch);
    }

    private static ConvolutionLayer.Builder builder(int kernel, int stride, int padding) {
        return new ConvolutionLayer.Builder(kernel, kernel)
                .stride(stride, stride)
                .padding(padding, padding)
                .convolutionMode(ConvolutionMode.Truncate)
                .activation(Activation.IDENTITY);
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

    private static final class Depth extends ConvolutionLayer {
        private static final long serialVersionUID = 1L;
        private final transient @Nullable ChannelScratch scratch;

        Depth(ConvolutionLayer.Builder builder, @Nullable ChannelScratch scratch) {
            super(builder);
            this.scratch = scratch;
        }

        @Override
        public Layer instantiate(
                NeuralNetConfiguration conf,
                Collection<TrainingListener> listeners,
                int index,
                INDArray parameters,
                boolean initialise,
                DataType type) {
            var layer = scratch == null ? new OpDepthwise(conf, type) : new HeapDepthwise(conf, type, scratch);
            return ready(layer, this, conf, listeners, index, parameters, initialise);
        }
    }

    private static final class Rectifier extends ActivationLayer {
        private static final long serialVersionUID = 1L;
        private final transient @Nullable ChannelScratch scratch;

        Rectifier(@Nullable ChannelScratch scratch) {
            super(Activation.RELU);
            this.scratch = scratch;
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
            var layer = new HeapRelu(conf, type, scratch);
            layer.setListeners(listeners);
            layer.setIndex(index);
            layer.setParamsViewArray(parameters);
            layer.setConf(conf);
            return layer;
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
