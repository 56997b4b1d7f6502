package io.rangestream.learner.architecture;

import io.rangestream.learner.backbone.BackboneSpec;

/**
 * Residual networks (He et al. 2015, arXiv:1512.03385, table 1) as faces of 112 pixels want them: a 3×3 stem of stride 1 without
 * max-pooling, the first stage halving instead, and batch norm, dropout, linear, batch norm as the way to the embedding (Deng et al.
 * 2019, arXiv:1801.07698, section 3.1, option E). In bottlenecks the 3×3 convolution has the stride, and every
 * residual starts closed (Goyal et al. 2017, arXiv:1706.02677, section 5.1): without that, {@code resnet-50} begins with gradients so long
 * that clipping leaves little of a step.
 */
final class ResNet {

    private static final int STEM = 64;
    private static final int[] WIDTHS = {64, 128, 256, 512};
    private static final int[] EIGHTEEN = {2, 2, 2, 2};
    private static final int[] FIFTY = {3, 4, 6, 3};

    /** How much wider a bottleneck's output is than its inside. */
    private static final int EXPANSION = 4;

    private ResNet() {}

    static Architecture eighteen(BackboneSpec spec) {
        return of(spec, EIGHTEEN, false);
    }

    static Architecture fifty(BackboneSpec spec) {
        return of(spec, FIFTY, true);
    }

    private static Architecture of(BackboneSpec spec, int[] blocks, boolean bottlenecks) {
        var net = new ArchitectureBuilder(spec);
        String from = rectified(net, "stem", Architecture.INPUT, net.scaled(STEM), 3, 1);
        for (int s = 0; s < WIDTHS.length; s++) {
            int width = net.scaled(WIDTHS[s]);
            for (int b = 0; b < blocks[s]; b++) {
                String name = "stage%d-%d".formatted(s + 1, b + 1);
                int stride = b == 0 ? 2 : 1;
                String residual = bottlenecks
                        ? bottleneck(net, name, from, width, stride)
                        : basic(net, name, from, width, stride);
                from = joined(net, name, from, residual, stride);
            }
        }
        String linear = net.linear(
                Architecture.OUTPUT + "-linear", net.norm("last-norm", from), spec.embeddingDim(), false, true);
        net.norm(Architecture.OUTPUT, linear);
        return net.build(Initialisation.HE);
    }

    private static String basic(ArchitectureBuilder net, String name, String from, int width, int stride) {
        String inner = rectified(net, name + "-a", from, width, 3, stride);
        return net.closedConvolutionNorm(name + "-b", inner, width, 3);
    }

    private static String bottleneck(ArchitectureBuilder net, String name, String from, int width, int stride) {
        String narrow = rectified(net, name + "-a", from, width, 1, 1);
        String inner = rectified(net, name + "-b", narrow, width, 3, stride);
        return net.closedConvolutionNorm(name + "-c", inner, EXPANSION * width, 1);
    }

    private static String joined(ArchitectureBuilder net, String name, String from, String residual, int stride) {
        int out = net.channels(residual);
        boolean same = stride == 1 && net.channels(from) == out;
        String shortcut = same ? from : net.convolutionNorm(name + "-short", from, out, 1, stride);
        return net.relu(name + "-relu", net.sum(name + "-sum", residual, shortcut));
    }

    private static String rectified(
            ArchitectureBuilder net, String name, String from, int out, int kernel, int stride) {
        return net.relu(name + "-relu", net.convolutionNorm(name, from, out, kernel, stride));
    }
}
