package io.rangestream.learner.dl4j;

import io.rangestream.learner.architecture.Architecture;
import io.rangestream.learner.backbone.Backbone;
import io.rangestream.learner.backbone.BackboneSpec;
import io.rangestream.learner.backbone.BackendReport;
import io.rangestream.learner.backbone.EmbeddingObjective;
import io.rangestream.learner.backbone.LossTerms;
import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.backbone.StepResult;
import io.rangestream.learner.backbone.Weights;
import io.rangestream.learner.parallel.Lanes;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A network on DL4J: one graph for training, another for inference, so that neither sees the other's arrays. */
final class Dl4jBackbone implements Backbone {

    /** Crops per inference pass; bounds native memory. */
    private static final int INFERENCE_BATCH = 64;

    private final BackboneSpec spec;
    private final Architecture architecture;
    private final OptimizerSettings settings;
    private final Nd4jRuntime runtime;
    private final int threads;
    private final Lanes lanes;
    private final SeededDropout dropout;
    private final NativeGraph training;
    private final NativeGraph inference;
    private final ParameterLayout layout;
    private final TrainingState state;
    private final float[] gradient;

    private float[] embeddings = new float[0];
    private float[] embeddingGradient = new float[0];

    Dl4jBackbone(Architecture architecture, long seed, OptimizerSettings settings, int threads, Nd4jRuntime runtime) {
        this.spec = architecture.spec();
        this.architecture = architecture;
        this.settings = settings;
        this.runtime = runtime;
        this.threads = threads;
        this.lanes = new Lanes(threads);
        this.dropout = new SeededDropout(settings.dropout());
        runtime.useThreads(threads);
        this.training = graph(settings.dropout() > 0 ? dropout : null);
        this.inference = graph(null);
        this.layout = ParameterLayout.of(training.graph());
        this.state = new TrainingState(layout, settings, lanes, new InitialWeights(architecture).draw(layout, seed));
        this.gradient = new float[layout.length()];
        training.weights(state.trained());
    }

    @Override
    public BackboneSpec spec() {
        return spec;
    }

    @Override
    public BackendReport backend() {
        boolean accelerated = Arrays.stream(training.graph().getLayers())
                .filter(LinearConvolution.class::isInstance)
                .allMatch(layer -> ((LinearConvolution) layer).isAccelerated());
        return new BackendReport(
                runtime.isCuda() ? "CUDA" : "CPU", runtime.device(), accelerated, threads, runtime.cpuFeatures());
    }

    @Override
    public int parameterCount() {
        return layout.trainable();
    }

    @Override
    public long steps() {
        return state.steps();
    }

    @Override
    public StepResult step(float[] crops, int n, long stepSeed, EmbeddingObjective objective) {
        requireCrops(crops, n);
        if (n < 2) {
            throw new IllegalArgumentException("a training step needs at least 2 crops: " + n);
        }
        runtime.useThreads(threads);
        dropout.seed(stepSeed);
        double learningRate = state.learningRate();
        LossTerms loss = differentiate(crops, n, objective);
        if (!loss.isFinite()) {
            state.skip();
            return new StepResult(loss, Double.NaN, learningRate, true);
        }
        training.gradient(gradient);
        double norm = Math.sqrt(state.squaredNorm(gradient) + objective.gradientSquaredNorm());
        if (!Double.isFinite(norm) || !state.statisticsAreFinite(gradient)) {
            state.skip();
            return new StepResult(loss, norm, learningRate, true);
        }
        // The form and the 1e-6 are those of PyTorch's clip_grad_norm_.
        double scale = Math.min(1, settings.maxGradientNorm() / (norm + 1e-6));
        objective.update(learningRate, scale);
        state.update(gradient, scale);
        training.weights(state.trained());
        return new StepResult(loss, norm, learningRate, false);
    }

    @Override
    public void judged(double auc) {
        state.judged(auc);
    }

    @Override
    public void embed(float[] crops, int n, Weights which, float[] out) {
        embed(crops, n, which == Weights.TRAINED ? state.trained() : state.averaged(), out);
    }

    @Override
    public void embed(float[] crops, int n, float[] snapshot, float[] out) {
        requireCrops(crops, n);
        state.requireLength(snapshot);
        runtime.useThreads(threads);
        inference.weights(snapshot);
        for (int from = 0; from < n; from += INFERENCE_BATCH) {
            int count = Math.min(INFERENCE_BATCH, n - from);
            INDArray result = inference.graph().outputSingle(inference.input(crops, from, count));
            HostCopy.read(result, out, from * spec.embeddingDim());
            result.close();
        }
    }

    @Override
    public float[] weights(Weights which) {
        return (which == Weights.TRAINED ? state.trained() : state.averaged()).clone();
    }

    @Override
    public void restore(float[] trained, float[] averaged) {
        state.restore(trained, averaged);
        training.weights(state.trained());
    }

    @Override
    public void save(DataOutput out) throws IOException {
        out.writeUTF(spec.toString());
        state.save(out);
    }

    @Override
    public void load(DataInput in) throws IOException {
        String saved = in.readUTF();
        if (!saved.equals(spec.toString())) {
            throw new IOException("the state is of backbone %s, this is %s".formatted(saved, spec));
        }
        state.load(in);
        training.weights(state.trained());
    }

    @Override
    public byte[] exportOnnx(float[] snapshot) {
        state.requireLength(snapshot);
        return new OnnxExport(architecture, layout, snapshot).bytes();
    }

    @Override
    public void close() {
        training.close();
        inference.close();
        lanes.close();
    }

    /** The gradient at the last step, for tests of it. */
    float[] lastGradient() {
        return gradient.clone();
    }

    private NativeGraph graph(@Nullable SeededDropout drop) {
        ChannelScratch scratch = runtime.isCuda() ? null : new ChannelScratch(lanes);
        return new NativeGraph(
                new EmbeddingGraph(GraphLayout.of(architecture, DataType.FLOAT, scratch, drop)), spec.inputSize());
    }

    /** Runs forward and, when the loss is finite, backward. */
    private LossTerms differentiate(float[] crops, int n, EmbeddingObjective objective) {
        int length = n * spec.embeddingDim();
        if (embeddings.length != length) {
            embeddings = new float[length];
            embeddingGradient = new float[length];
        }
        var loss = new LossTerms[1];
        training.graph().differentiate(training.input(crops, 0, n), output -> {
            HostCopy.read(output, embeddings, 0);
            loss[0] = objective.lossAndGradient(embeddings, n, embeddingGradient);
            if (!loss[0].isFinite()) {
                return null;
            }
            INDArray epsilon = Nd4j.createUninitialized(DataType.FLOAT, new long[] {n, spec.embeddingDim()}, 'c');
            HostCopy.write(epsilon, embeddingGradient, 0);
            return epsilon;
        });
        return loss[0];
    }

    private void requireCrops(float[] crops, int n) {
        if (n < 0 || crops.length < (long) n * spec.cropLength()) {
            throw new IllegalArgumentException("%d crops need %d values, the array has %d"
                    .formatted(n, (long) n * spec.cropLength(), crops.length));
        }
    }
}
