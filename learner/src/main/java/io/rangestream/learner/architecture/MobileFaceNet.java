package io.rangestream.learner.architecture;

import io.rangestream.learner.backbone.BackboneSpec;

/**
 * MobileFaceNet (Chen et al. 2018, arXiv:1804.07573, table 1): inverted bottlenecks with depthwise convolutions, PReLU, and a global
 * depthwise convolution in place of average pooling, so that each place of the last map has a weight of its own. Batch norm after
 * every convolution and after the embedding; no dropout.
 */
final class MobileFaceNet {

    /**
     * A row of the paper's table.
     *
     * @param expansion t, channels inside a bottleneck relative to those it reads
     * @param repeats n, of which the first has the stride
     */
    private record Stage(int expansion, int channels, int repeats, int stride) {}

    private static final Stage[] STAGES = {
        new Stage(2, 64, 5, 2),
        new Stage(4, 128, 1, 2),
        new Stage(2, 128, 6, 1),
        new Stage(4, 128, 1, 2),
        new Stage(2, 128, 2, 1)
    };

    private MobileFaceNet() {}

    static Architecture of(BackboneSpec spec) {
        var net = new ArchitectureBuilder(spec);
        String from = rectified(net, "stem", Architecture.INPUT, net.scaled(64), 3, 2);
        from = net.prelu("stem-depthwise-prelu", net.depthwiseNorm("stem-depthwise", from, 3, 1, 1));
        for (int s = 0; s < STAGES.length; s++) {
            Stage stage = STAGES[s];
            for (int r = 0; r < stage.repeats(); r++) {
                from = bottleneck(net, "stage%d-%d".formatted(s + 1, r + 1), from, stage, r == 0 ? stage.stride() : 1);
            }
        }
        from = rectified(net, "last", from, net.scaled(512), 1, 1);
        from = net.depthwiseNorm("global", from, net.side(from), 1, 0);
        String linear = net.linear(Architecture.OUTPUT + "-linear", from, spec.embeddingDim(), false, false);
        net.norm(Architecture.OUTPUT, linear);
        return net.build(Initialisation.HE);
    }

    private static String bottleneck(ArchitectureBuilder net, String name, String from, Stage stage, int stride) {
        int out = net.scaled(stage.channels());
        String wide = rectified(net, name + "-expand", from, stage.expansion() * net.channels(from), 1, 1);
        String filtered =
                net.prelu(name + "-depthwise-prelu", net.depthwiseNorm(name + "-depthwise", wide, 3, stride, 1));
        String narrow = net.convolutionNorm(name + "-project", filtered, out, 1, 1);
        return stride == 1 && net.channels(from) == out ? net.sum(name + "-sum", narrow, from) : narrow;
    }

    private static String rectified(
            ArchitectureBuilder net, String name, String from, int out, int kernel, int stride) {
        return net.prelu(name + "-prelu", net.convolutionNorm(name, from, out, kernel, stride));
    }
}
