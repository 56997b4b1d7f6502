package io.rangestream.learner.optimizer;

/** {@code d = scale·g + decay·w}, {@code v = momentum·v + d}, {@code w = w − rate·(d + momentum·v)}. */
record NesterovUpdate(float learningRate, float momentum, float gradientScale) implements WeightUpdate {

    @Override
    public void apply(
            float[] weights,
            float[][] moments,
            int at,
            float[] gradient,
            int gradientAt,
            int length,
            float weightDecay) {
        float[] velocity = moments[0];
        float rate = learningRate;
        float mu = momentum;
        float scale = gradientScale;
        for (int i = 0; i < length; i++) {
            float d = scale * gradient[gradientAt + i] + weightDecay * weights[at + i];
            float v = mu * velocity[at + i] + d;
            velocity[at + i] = v;
            weights[at + i] -= rate * (d + mu * v);
        }
    }
}
