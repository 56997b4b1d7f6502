package io.rangestream.learner.backbone;

/** The two sets of weights that training maintains. */
public enum Weights {
    /** The weights that the optimiser moves. */
    TRAINED,
    /** Their exponential moving average, batch-norm statistics included; what is evaluated and published. */
    AVERAGED
}
