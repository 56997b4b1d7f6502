package io.rangestream.learner.architecture;

import io.rangestream.learner.backbone.BackboneSpec;

/**
 * VGG-16 (Simonyan and Zisserman 2014, arXiv:1409.1556, configuration D), the network of the range loss paper (Zhang et al. 2016,
 * arXiv:1611.08976): thirteen 3×3 convolutions with biases and no batch norm, five max-pools. Of its three linear layers {@code fc6} of
 * 4096 stays, with dropout after it; the second is the embedding, and the third is the head's.
 */
final class Vgg16 {

    private static final int[] CONVOLUTIONS = {2, 2, 3, 3, 3};
    private static final int[] WIDTHS = {64, 128, 256, 512, 512};
    private static final int HIDDEN = 4096;

    private Vgg16() {}

    static Architecture of(BackboneSpec spec) {
        var net = new ArchitectureBuilder(spec);
        String from = Architecture.INPUT;
        for (int s = 0; s < WIDTHS.length; s++) {
            for (int c = 0; c < CONVOLUTIONS[s]; c++) {
                String name = "conv%d-%d".formatted(s + 1, c + 1);
                from = net.relu(name + "-relu", net.convolution(name, from, net.scaled(WIDTHS[s]), 3, 1, true));
            }
            from = net.maxPool("pool" + (s + 1), from);
        }
        from = net.relu("fc6-relu", net.linear("fc6", from, net.scaled(HIDDEN), true, false));
        net.linear(Architecture.OUTPUT, from, spec.embeddingDim(), true, true);
        return net.build(Initialisation.HE);
    }
}
