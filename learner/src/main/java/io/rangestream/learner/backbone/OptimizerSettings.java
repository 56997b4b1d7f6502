package io.rangestream.learner.backbone;

import io.rangestream.learner.optimizer.LearningRate;
import io.rangestream.learner.optimizer.LearningRateSchedule;
import io.rangestream.learner.optimizer.UpdateRule;

/**
 * How weights are moved, in backbone and head alike, and averaged.
 *
 * @param rule what a gradient does to the weights
 * @param learningRate rate after the warm-up, per step on a mean loss
 * @param warmupSteps steps over which the rate grows linearly from {@code learningRate / warmupSteps}
 * @param schedule how the rate goes on after them
 * @param weightDecay decay of convolution, linear and class weights; biases, batch norm and PReLU are not decayed
 * @param maxGradientNorm limit of the global gradient norm over backbone and objective
 * @param emaDecay decay of the exponential moving average of weights and batch-norm statistics, in {@code [0, 1)}
 * @param dropout share of the features dropped before the last linear layer, in {@code [0, 1)}
 */
public record OptimizerSettings(
        UpdateRule rule,
        double learningRate,
        int warmupSteps,
        LearningRateSchedule schedule,
        double weightDecay,
        double maxGradientNorm,
        double emaDecay,
        double dropout) {

    public OptimizerSettings {
        require(learningRate > 0 && Double.isFinite(learningRate), "learningRate must be positive", learningRate);
        require(weightDecay >= 0 && Double.isFinite(weightDecay), "weightDecay must not be negative", weightDecay);
        require(maxGradientNorm > 0, "maxGradientNorm must be positive", maxGradientNorm);
        require(warmupSteps >= 0, "warmupSteps must not be negative", warmupSteps);
        require(emaDecay >= 0 && emaDecay < 1, "emaDecay must be in [0, 1)", emaDecay);
        require(dropout >= 0 && dropout < 1, "dropout must be in [0, 1)", dropout);
    }

    /** Stochastic gradient descent at a constant rate. */
    public OptimizerSettings(
            double learningRate,
            double momentum,
            double weightDecay,
            double maxGradientNorm,
            int warmupSteps,
            double emaDecay,
            double dropout) {
        this(
                new UpdateRule.Sgd(momentum),
                learningRate,
                warmupSteps,
                new LearningRateSchedule.Constant(),
                weightDecay,
                maxGradientNorm,
                emaDecay,
                dropout);
    }

    /** The settings of the reference training. */
    public static OptimizerSettings defaults() {
        return new OptimizerSettings(0.05, 0.9, 5e-4, 5.0, 50, 0.995, 0.3);
    }

    /** The rate as it is before the first step. */
    public LearningRate newRate() {
        return new LearningRate(learningRate, warmupSteps, schedule);
    }

    /**
     * The decay of the average after a step. It starts small, so that the average forgets the untrained weights:
     * {@code min(emaDecay, (step + 1) / (step + 10))}.
     *
     * @param step index of the step, from 0
     */
    public double emaDecayAt(long step) {
        return Math.min(emaDecay, (step + 1.0) / (step + 10.0));
    }

    private static void require(boolean holds, String rule, double value) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ": " + value);
        }
    }
}
