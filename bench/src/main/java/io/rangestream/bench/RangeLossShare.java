package io.rangestream.bench;

import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.loss.LossSum;
import io.rangestream.learner.loss.RangeLoss;
import io.rangestream.schemas.config.Settings;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What range loss and its gradient take of a training step: both are timed in turns in one run, and what the loss allocates is counted.
 * Arguments: batches, for example {@code 4x8 16x16}.
 */
public final class RangeLossShare {
    private static final int DIM = 128;
    private static final int CLASSES = 1184;
    private static final int WARM_UP = 5;
    private static final int ROUNDS = 25;
    private static final int LOSSES_A_ROUND = 40;
    /** Calls after which the JIT compiler has settled, so that it allocates nothing on this thread's account. */
    private static final int LOSS_WARM_UP = 5_000;

    private final LossSum loss;
    private final int[] labels;
    private final float[] embeddings;
    private final float[] gradient;

    private RangeLossShare(LearnerConfig config, int people, int cropsEach) {
        loss = new LossSum(List.of(RangeLoss.of(config.loss().range())));
        labels = new int[people * cropsEach];
        Arrays.setAll(labels, i -> i / cropsEach);
        embeddings = new float[labels.length * DIM];
        gradient = new float[embeddings.length];
        var random = new SplittableRandom(1);
        for (int i = 0; i < embeddings.length; i++) {
            embeddings[i] = (float) (random.nextGaussian() * 0.6);
        }
    }

    public static void main(String[] args) {
        var config = LearnerConfig.from(Settings.of(Map.of()));
        System.out.printf("%-7s %10s %14s %8s %12s%n", "batch", "step, ms", "range loss, ms", "share", "bytes a call");
        for (String batch : args) {
            String[] shape = batch.split("x", 2);
            int people = Integer.parseInt(shape[0]);
            int cropsEach = Integer.parseInt(shape[1]);
            try (var steps = new TrainingSteps(config, people, cropsEach, CLASSES)) {
                new RangeLossShare(config, people, cropsEach).run(batch, steps);
            }
        }
    }

    private void run(String batch, TrainingSteps steps) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        times(LOSS_WARM_UP);
        steps.run(WARM_UP);
        var step = new double[ROUNDS];
        var range = new double[ROUNDS];
        long allocated = 0;
        for (int i = 0; i < ROUNDS; i++) {
            step[i] = steps.run(1)[0];
            long before = threads.getCurrentThreadAllocatedBytes();
            range[i] = times(LOSSES_A_ROUND);
            allocated += threads.getCurrentThreadAllocatedBytes() - before;
        }
        double stepMillis = median(step);
        double rangeMillis = median(range);
        System.out.printf(
                "%-7s %10.1f %14.3f %7.3f%% %12.1f%n",
                batch,
                stepMillis,
                rangeMillis,
                100 * rangeMillis / stepMillis,
                (double) allocated / ROUNDS / LOSSES_A_ROUND);
    }

    /** Milliseconds of one call, the mean of some. */
    private double times(int calls) {
        long start = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            loss.addGradient(embeddings, labels, labels.length, DIM, gradient);
        }
        return (System.nanoTime() - start) / 1e6 / calls;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
