package io.rangestream.learner.dl4j;

import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.BETA;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GAMMA;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GLOBAL_MEAN;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GLOBAL_VAR;

import java.nio.FloatBuffer;
import java.util.Objects;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Batch normalisation of {@code [n, channels, height, width]} with its loops on the heap, one channel at a time. With ND4J's
 * operations batch norm and PReLU take longer than the convolutions (docs/decisions/0003-dl4j-fast-path.md).
 *
 * <p>As in DL4J's layer, the running statistics are parameters whose "gradient" is the amount to subtract.
 */
final class HeapBatchNorm extends BatchNormalization {

    private static final long serialVersionUID = 1L;

    private final transient ChannelScratch scratch;
    private float[] batchMean = new float[0];
    private float[] batchVariance = new float[0];

    HeapBatchNorm(NeuralNetConfiguration conf, DataType dataType, ChannelScratch scratch) {
        super(conf, dataType);
        this.scratch = scratch;
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        INDArray x = dense(input, ArrayType.ACTIVATIONS, workspaces);
        INDArray y = workspaces.createUninitialized(ArrayType.ACTIVATIONS, DataType.FLOAT, x.shape(), 'c');
        Channels from = Channels.of(x);
        Channels to = Channels.of(y);
        int channels = from.count();
        int length = from.length();
        if (batchMean.length < channels) {
            batchMean = new float[channels];
            batchVariance = new float[channels];
        }
        FloatBuffer gamma = floats(GAMMA);
        FloatBuffer beta = floats(BETA);
        FloatBuffer runningMean = floats(GLOBAL_MEAN);
        FloatBuffer runningVariance = floats(GLOBAL_VAR);
        double epsilon = layerConf().getEps();
        scratch.forEachChannel(channels, length, (c, part) -> {
            float[] tile = part.first;
            from.read(c, tile);
            float mean = runningMean.get(c);
            float variance = runningVariance.get(c);
            if (training) {
                mean = (float) (part.sums.sum(tile, length) / length);
                variance = (float) (part.sums.squaredDeviation(tile, mean, length) / length);
                batchMean[c] = mean;
                batchVariance[c] = variance;
            }
            float scale = (float) (gamma.get(c) / Math.sqrt(variance + epsilon));
            float shift = beta.get(c);
            for (int i = 0; i < length; i++) {
                tile[i] = (tile[i] - mean) * scale + shift;
            }
            to.write(c, tile);
        });
        return y;
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilonArray, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        INDArray dense = dense(epsilonArray, ArrayType.BP_WORKING_MEM, workspaces);
        INDArray dx = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, DataType.FLOAT, input.shape(), 'c');
        Channels x = Channels.of(dense(input, ArrayType.BP_WORKING_MEM, workspaces));
        Channels dy = Channels.of(dense);
        Channels to = Channels.of(dx);
        int length = x.length();
        FloatBuffer gamma = floats(GAMMA);
        FloatBuffer runningMean = floats(GLOBAL_MEAN);
        FloatBuffer runningVariance = floats(GLOBAL_VAR);
        FloatBuffer dGamma = gradientFloats(GAMMA);
        FloatBuffer dBeta = gradientFloats(BETA);
        FloatBuffer dMean = gradientFloats(GLOBAL_MEAN);
        FloatBuffer dVariance = gradientFloats(GLOBAL_VAR);
        double epsilon = layerConf().getEps();
        float keep = (float) (1 - layerConf().getDecay());
        scratch.forEachChannel(x.count(), length, (c, part) -> {
            float[] xs = part.first;
            float[] dys = part.second;
            x.read(c, xs);
            dy.read(c, dys);
            float mean = batchMean[c];
            double inverse = 1 / Math.sqrt(batchVariance[c] + epsilon);
            double sum = part.sums.sum(dys, length);
            double product = part.sums.centredProduct(dys, xs, mean, length) * inverse;
            dGamma.put(c, (float) product);
            dBeta.put(c, (float) sum);
            // Ioffe & Szegedy 2015 (arXiv:1502.03167), section 3: dL/dx with the batch's own mean and variance.
            float scale = (float) (gamma.get(c) * inverse);
            float offset = (float) (sum / length);
            float slope = (float) (product * inverse / length);
            for (int i = 0; i < length; i++) {
                xs[i] = scale * (dys[i] - offset - (xs[i] - mean) * slope);
            }
            to.write(c, xs);
            dMean.put(c, keep * (runningMean.get(c) - mean));
            dVariance.put(c, keep * (runningVariance.get(c) - batchVariance[c]));
        });
        Gradient gradient = new DefaultGradient();
        for (String key : new String[] {GAMMA, BETA, GLOBAL_MEAN, GLOBAL_VAR}) {
            gradient.setGradientFor(key, gradientViews.get(key));
        }
        return new Pair<>(gradient, dx);
    }

    static INDArray dense(INDArray array, ArrayType type, LayerWorkspaceMgr workspaces) {
        return Channels.isDense(array) ? array : workspaces.dup(type, array, 'c');
    }

    private FloatBuffer floats(String key) {
        return Channels.floats(getParam(key));
    }

    private FloatBuffer gradientFloats(String key) {
        return Channels.floats(Objects.requireNonNull(gradientViews.get(key)));
    }
}
