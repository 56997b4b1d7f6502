package io.rangestream.learner.optimizer;

/**
 * {@code m = β₁m + (1 − β₁)g}, {@code v = β₂v + (1 − β₂)g²}, {@code w = w − rate·m̂ / (√v̂ + ε)} with the moments divided by
 * {@code 1 − βᵗ}. Decay is part of {@code g}, or, decoupled, first shrinks {@code w} by {@code rate·decay}.
 *
 * @param meanCorrection {@code 1 / (1 − β₁ᵗ)}
 * @param rootCorrection {@code 1 / √(1 − β₂ᵗ)}
 */
record AdamUpdate(
        double learningRate,
        float beta1,
        float beta2,
        float meanCorrection,
        float rootCorrection,
        float epsilon,
        float gradientScale,
        boolean decoupled)
        implements WeightUpdate {

    @Override
    public void apply(
            float[] weights,
            float[][] moments,
            int at,
            float[] gradient,
            int gradientAt,
            int length,
            float weightDecay) {
        float[] mean = moments[0];
        float[] square = moments[1];
        float rate = (float) (learningRate * meanCorrection);
        float kept = decoupled ? (float) (1 - learningRate * weightDecay) : 1f;
        float coupled = decoupled ? 0f : weightDecay;
        float b1 = beta1;
        float b2 = beta2;
        float root = rootCorrection;
        float eps = epsilon;
        float scale = gradientScale;
        for (int i = 0; i < length; i++) {
            float w = weights[at + i];
            float g = scale * gradient[gradientAt + i] + coupled * w;
            float m = b1 * mean[at + i] + (1 - b1) * g;
            float v = b2 * square[at + i] + (1 - b2) * g * g;
            mean[at + i] = m;
            square[at + i] = v;
            weights[at + i] = kept * w - rate * m / ((float) Math.sqrt(v) * root + eps);
        }
    }
}
