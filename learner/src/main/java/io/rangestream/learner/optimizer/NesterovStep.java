package io.rangestream.learner.optimizer;

/**
 * One step of stochastic gradient descent with Nesterov momentum, in the form of PyTorch's {@code SGD}: {@code d = scale·g + decay·w},
 * {@code v = momentum·v + d}, {@code w = w − rate·(d + momentum·v)}.
 *
 * @param learningRate rate of this step
 * @param momentum momentum
 * @param gradientScale factor for the gradient, from clipping
 */
public record NesterovStep(float learningRate, float momentum, float gradientScale) {

    /** Moves {@code weights[from, to)}; the three arrays share their indices. */
    public void apply(float[] weights, float[] velocity, float[] gradient, int from, int to, float weightDecay) {
        float rate = learningRate;
        float mu = momentum;
        float scale = gradientScale;
        for (int i = from; i < to; i++) {
            float d = scale * gradient[i] + weightDecay * weights[i];
            float v = mu * velocity[i] + d;
            velocity[i] = v;
            weights[i] -= rate * (d + mu * v);
        }
    }
}
