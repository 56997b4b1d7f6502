package io.rangestream.learner.dl4j;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The compact residual network of the reference training: a 3×3 stem of stride 2, four residual blocks of two 3×3 convolutions, a
 * linear layer to the embedding; batch norm after every convolution, PReLU, projections on the shortcuts that change shape (He et
 * al. 2015, arXiv:1512.03385 and arXiv:1502.01852).
 *
 * @param inputSize side of the crops; the last block sees {@code inputSize / 16}
 * @param widths channels of the stem and of the four blocks
 * @param embeddingDim length of an embedding
 */
record CompactNet(int inputSize, List<Integer> widths, int embeddingDim) {

    static final String INPUT = "images";

    /** The convolution that reads the crops. */
    static final String STEM = "stem";

    /** Strides of the four blocks; the stem's is 2. */
    private static final List<Integer> STRIDES = List.of(2, 2, 1, 2);

    /**
     * One convolution.
     *
     * @param name its vertex; batch norm follows as {@code name-norm}
     * @param in channels
     * @param out channels
     * @param kernel side of the kernel; the padding is half of it
     */
    record Convolution(String name, int in, int out, int kernel, int stride) {}

    CompactNet {
        widths = List.copyOf(widths);
        if (widths.size() != STRIDES.size() + 1 || inputSize % 16 != 0) {
            throw new IllegalArgumentException("five widths and an input size divisible by 16 are needed");
        }
    }

    /** The network of {@code compact}: 64 × 64 in, 128 out, 1.24 million parameters. */
    static CompactNet standard() {
        return new CompactNet(64, List.of(32, 48, 96, 96, 192), 128);
    }

    int blocks() {
        return STRIDES.size();
    }

    static String blockName(int block) {
        return "block" + (block + 1);
    }

    /** Whether the shortcut of a block needs a 1×1 convolution. */
    boolean hasProjection(int block) {
        return STRIDES.get(block) != 1 || !widths.get(block).equals(widths.get(block + 1));
    }

    /** @throws IllegalArgumentException when there is no such convolution */
    Convolution convolution(String name) {
        return convolutions().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no convolution " + name));
    }

    /**
     * Builds the graph.
     *
     * @param type float for training, double for checks of the gradient
     * @param scratch where the loops of batch norm and PReLU run on the heap, or null for ND4J's own operations
     * @param dropout before the last layer, or null for none
     */
    ComputationGraphConfiguration configuration(
            DataType type, @Nullable ChannelScratch scratch, @Nullable SeededDropout dropout) {
        var layers = new Layers(scratch);
        GraphBuilder graph = new NeuralNetConfiguration.Builder()
                .dataType(type)
                .activation(Activation.IDENTITY)
                .miniBatch(false)
                .trainingWorkspaceMode(WorkspaceMode.ENABLED)
                .inferenceWorkspaceMode(WorkspaceMode.ENABLED)
                .graphBuilder()
                .addInputs(INPUT);
        String from = add(graph, layers, STEM, INPUT);
        graph.addLayer("stem-prelu", layers.prelu(widths.get(0)), from);
        from = "stem-prelu";
        for (int b = 0; b < blocks(); b++) {
            from = addBlock(graph, layers, b, from);
        }
        int side = inputSize / 16;
        int channels = widths.get(blocks());
        var linear = new DenseLayer.Builder()
                .nIn(channels * side * side)
                .nOut(embeddingDim)
                .activation(Activation.IDENTITY);
        if (dropout != null) {
            linear.dropOut(dropout);
        }
        var flatten = new CnnToFeedForwardPreProcessor(side, side, channels);
        return graph.addLayer(EmbeddingGraph.OUTPUT, linear.build(), flatten, from)
                .setOutputs(EmbeddingGraph.OUTPUT)
                .build();
    }

    private String addBlock(GraphBuilder graph, Layers layers, int block, String from) {
        String name = blockName(block);
        int out = widths.get(block + 1);
        graph.addLayer(name + "-a-prelu", layers.prelu(out), add(graph, layers, name + "-a", from));
        String residual = add(graph, layers, name + "-b", name + "-a-prelu");
        String shortcut = hasProjection(block) ? add(graph, layers, name + "-short", from) : from;
        graph.addVertex(name + "-sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), residual, shortcut);
        graph.addLayer(name + "-prelu", layers.prelu(out), name + "-sum");
        return name + "-prelu";
    }

    /** Adds a convolution and its batch norm, whose vertex is returned. */
    private String add(GraphBuilder graph, Layers layers, String name, String from) {
        Convolution c = convolution(name);
        graph.addLayer(name, layers.convolution(c), from);
        graph.addLayer(name + "-norm", layers.norm(c.out()), name);
        return name + "-norm";
    }

    private List<Convolution> convolutions() {
        List<Convolution> all = new ArrayList<>();
        all.add(new Convolution(STEM, 3, widths.get(0), 3, 2));
        for (int b = 0; b < blocks(); b++) {
            int in = widths.get(b);
            int out = widths.get(b + 1);
            all.add(new Convolution(blockName(b) + "-a", in, out, 3, STRIDES.get(b)));
            all.add(new Convolution(blockName(b) + "-b", out, out, 3, 1));
            if (hasProjection(b)) {
                all.add(new Convolution(blockName(b) + "-short", in, out, 1, STRIDES.get(b)));
            }
        }
        return all;
    }
}
