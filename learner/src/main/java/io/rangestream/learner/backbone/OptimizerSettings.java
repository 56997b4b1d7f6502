package io.rangestream.learner.backbone;

/**
 * Stochastic gradient descent with Nesterov momentum, a constant rate after a linear warm-up, and averaged weights.
 *
 * @param learningRate rate after the warm-up, per step on a mean loss
 * @param momentum Nesterov momentum, in {@code [0, 1)}
 * @param weightDecay L2 decay of convolution, linear and class weights; biases, batch norm and PReLU are not decayed
 * @param maxGradientNorm limit of the global gradient norm over backbone and objective
 * @param warmupSteps steps over which the rate grows linearly from {@code learningRate / warmupSteps}
 * @param emaDecay decay of the exponential moving average of weights and batch-norm statistics, in {@code [0, 1)}
 * @param dropout share of the features dropped before the last linear layer, in {@code [0, 1)}
 */
public record OptimizerSettings(
        double learningRate,
        double momentum,
        double weightDecay,
        double maxGradientNorm,
        int warmupSteps,
        double emaDecay,
        double dropout) {

    public OptimizerSettings {
        require(learningRate > 0 && Double.isFinite(learningRate), "learningRate must be positive", learningRate);
        require(momentum >= 0 && momentum < 1, "momentum must be in [0, 1)", momentum);
        require(weightDecay >= 0 && Double.isFinite(weightDecay), "weightDecay must not be negative", weightDecay);
        require(maxGradientNorm > 0, "maxGradientNorm must be positive", maxGradientNorm);
        require(warmupSteps >= 0, "warmupSteps must not be negative", warmupSteps);
        require(emaDecay >= 0 && emaDecay < 1, "emaDecay must be in [0, 1)", emaDecay);
        require(dropout >= 0 && dropout < 1, "dropout must be in [0, 1)", dropout);
    }

    /** The settings of the reference training. */
    public static OptimizerSettings defaults() {
        return new OptimizerSettings(0.05, 0.9, 5e-4, 5.0, 50, 0.995, 0.3);
    }

    /**
     * The rate of a step.
     *
     * @param step index of the step, from 0
     */
    public double learningRateAt(long step) {
        return warmupSteps == 0 ? learningRate : learningRate * Math.min(1.0, (step + 1.0) / warmupSteps);
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
