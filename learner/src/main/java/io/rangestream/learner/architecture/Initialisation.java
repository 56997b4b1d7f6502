package io.rangestream.learner.architecture;

/** How untrained weights are drawn. Batch norm begins as the identity, or closed, and PReLU with slopes of 0.25, whichever it is. */
public enum Initialisation {
    /** PyTorch's default: U(±1/√fanIn) for weights and for the biases of linear layers. */
    UNIFORM,
    /**
     * He et al. 2015 (arXiv:1502.01852), eq. 10: N(0, 2/fanIn) for what a rectifier follows; N(0, 1/fanIn) for the embedding layer,
     * which none follows. Biases are 0.
     */
    HE
}
