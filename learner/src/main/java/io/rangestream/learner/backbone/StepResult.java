package io.rangestream.learner.backbone;

/**
 * What one training step did.
 *
 * @param loss the loss before the step
 * @param gradientNorm global gradient norm over backbone and objective, before clipping; NaN when the loss was not finite
 * @param learningRate the rate of the step
 * @param skipped true when loss or gradient were not finite: then no parameter, momentum, average or statistic changed
 */
public record StepResult(LossTerms loss, double gradientNorm, double learningRate, boolean skipped) {}
