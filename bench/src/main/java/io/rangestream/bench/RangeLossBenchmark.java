package io.rangestream.bench;

import io.rangestream.learner.loss.LossSum;
import io.rangestream.learner.loss.RangeLoss;
import io.rangestream.learner.loss.RangeLossSettings;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Range loss and its gradient on the batches of the paper: 4 x 8, 16 x 16, and the default 16 x 4. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RangeLossBenchmark {
    private static final int DIM = 128;

    @Param({"4x8", "16x4", "16x16"})
    private String batch = "16x4";

    private final LossSum loss = new LossSum(List.of(RangeLoss.of(RangeLossSettings.defaults())));
    private float[] embeddings = {};
    private float[] gradient = {};
    private int[] labels = {};

    /** Embeddings of norm around 7, as training with range loss has them. */
    @Setup
    public void setUp() {
        String[] shape = batch.split("x", 2);
        int samples = Integer.parseInt(shape[1]);
        labels = new int[Integer.parseInt(shape[0]) * samples];
        Arrays.setAll(labels, i -> i / samples);
        embeddings = new float[labels.length * DIM];
        gradient = new float[embeddings.length];
        var random = new SplittableRandom(1);
        for (int i = 0; i < embeddings.length; i++) {
            embeddings[i] = (float) (random.nextGaussian() * 0.6);
        }
    }

    /** Adds the gradient, as a training step does. */
    @Benchmark
    public double lossAndGradient() {
        return loss.addGradient(embeddings, labels, labels.length, DIM, gradient);
    }
}
