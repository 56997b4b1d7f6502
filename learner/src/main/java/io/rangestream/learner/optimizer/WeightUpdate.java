package io.rangestream.learner.optimizer;

/** One update of a rule, its constants worked out; may be applied to any number of ranges, and by several threads. */
public interface WeightUpdate {

    /**
     * Moves {@code weights[at, at + length)}.
     *
     * @param moments the arrays that the rule keeps, indexed as the weights are
     * @param gradient of which {@code [gradientAt, gradientAt + length)} belongs to these weights
     * @param weightDecay 0 for weights that do not decay
     */
    void apply(
            float[] weights,
            float[][] moments,
            int at,
            float[] gradient,
            int gradientAt,
            int length,
            float weightDecay);
}
