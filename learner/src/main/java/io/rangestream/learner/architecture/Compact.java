package io.rangestream.learner.architecture;

import io.rangestream.learner.backbone.BackboneSpec;

/**
 * The network of the reference training: a 3×3 stem of stride 2, four residual blocks of two 3×3 convolutions, dropout and a linear
 * layer to the embedding; batch norm after every convolution, PReLU, projections on the shortcuts that change shape (He et al. 2015,
 * arXiv:1512.03385 and arXiv:1502.01852).
 */
final class Compact {

    private static final int STEM = 32;
    private static final int[] WIDTHS = {48, 96, 96, 192};
    private static final int[] STRIDES = {2, 2, 1, 2};

    private Compact() {}

    static Architecture of(BackboneSpec spec) {
        var net = new ArchitectureBuilder(spec);
        String from = net.prelu("stem-prelu", net.convolutionNorm("stem", Architecture.INPUT, net.scaled(STEM), 3, 2));
        for (int b = 0; b < WIDTHS.length; b++) {
            from = block(net, "block" + (b + 1), from, net.scaled(WIDTHS[b]), STRIDES[b]);
        }
        net.linear(Architecture.OUTPUT, from, spec.embeddingDim(), true, true);
        return net.build(Initialisation.UNIFORM);
    }

    private static String block(ArchitectureBuilder net, String name, String from, int out, int stride) {
        String inner = net.prelu(name + "-a-prelu", net.convolutionNorm(name + "-a", from, out, 3, stride));
        String residual = net.convolutionNorm(name + "-b", inner, out, 3, 1);
        boolean same = stride == 1 && net.channels(from) == out;
        String shortcut = same ? from : net.convolutionNorm(name + "-short", from, out, 1, stride);
        return net.prelu(name + "-prelu", net.sum(name + "-sum", residual, shortcut));
    }
}
