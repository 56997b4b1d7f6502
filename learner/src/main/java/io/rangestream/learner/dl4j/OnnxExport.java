package io.rangestream.learner.dl4j;

import io.rangestream.learner.architecture.Architecture;
import io.rangestream.learner.architecture.Node;
import io.rangestream.learner.backbone.BackboneSpec;
import io.rangestream.learner.dl4j.ParameterLayout.Segment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes a network as an ONNX file: batch norm folded into what precedes it where that has weights, input {@code images} [n, 3, size,
 * size], output {@code embeddings} [n, dim] of length one. The file depends on the weights only.
 */
final class OnnxExport {

    private static final float NORM_EPSILON = 1e-5f;

    /** Keeps a zero embedding from becoming NaN; as in PyTorch's {@code normalize}. */
    private static final float SMALLEST_LENGTH = 1e-12f;

    private final Architecture architecture;
    private final ParameterLayout layout;
    private final float[] weights;
    private final OnnxGraph graph = new OnnxGraph();

    /** The batch norm that is folded into an operation, by the operation's name. */
    private final Map<String, String> folded = new HashMap<>();

    OnnxExport(Architecture architecture, ParameterLayout layout, float[] weights) {
        this.architecture = architecture;
        this.layout = layout;
        this.weights = weights;
    }

    byte[] bytes() {
        BackboneSpec spec = architecture.spec();
        graph.input(Architecture.INPUT, 3, spec.inputSize(), spec.inputSize());
        findNormsToFold();
        architecture.nodes().forEach(this::write);
        normalised(Architecture.OUTPUT);
        graph.output("embeddings", spec.embeddingDim());
        return graph.bytes(List.of(
                Map.entry("backbone", spec.label()),
                Map.entry("embedding_dim", String.valueOf(spec.embeddingDim())),
                Map.entry("input_size", String.valueOf(spec.inputSize())),
                Map.entry("preprocessing", "RGB, NCHW, (v - 127.5) / 128"),
                Map.entry("normalisation", "L2")));
    }

    private void findNormsToFold() {
        Map<String, Node> byName = new HashMap<>();
        Map<String, Integer> readers = new HashMap<>();
        for (Node node : architecture.nodes()) {
            byName.put(node.name(), node);
            node.inputs().forEach(input -> readers.merge(input, 1, Integer::sum));
        }
        for (Node node : architecture.nodes()) {
            if (node instanceof Node.BatchNorm norm
                    && hasWeights(byName.get(norm.from()))
                    && Objects.equals(readers.get(norm.from()), 1)) {
                folded.put(norm.from(), norm.name());
            }
        }
    }

    private static boolean hasWeights(@Nullable Node node) {
        return node instanceof Node.Convolution || node instanceof Node.Depthwise || node instanceof Node.Linear;
    }

    private void write(Node node) {
        if (node instanceof Node.Convolution c) {
            convolution(
                    c.name(),
                    c.from(),
                    new long[] {c.out(), c.in(), c.kernel(), c.kernel()},
                    c.bias(),
                    c.stride(),
                    c.padding(),
                    1);
        } else if (node instanceof Node.Depthwise d) {
            convolution(
                    d.name(),
                    d.from(),
                    new long[] {d.channels(), 1, d.kernel(), d.kernel()},
                    false,
                    d.stride(),
                    d.padding(),
                    d.channels());
        } else if (node instanceof Node.Linear linear) {
            linear(linear);
        } else if (node instanceof Node.BatchNorm norm) {
            if (!folded.containsValue(norm.name())) {
                norm(norm);
            }
        } else if (node instanceof Node.PRelu prelu) {
            float[] slope = values(prelu.name(), "W");
            graph.node(
                    "PRelu",
                    prelu.name(),
                    List.of(prelu.from(), graph.tensor(prelu.name() + ".slope", slope, slope.length, 1, 1)));
        } else if (node instanceof Node.Relu relu) {
            graph.node("Relu", relu.name(), List.of(relu.from()));
        } else if (node instanceof Node.Add sum) {
            graph.node("Add", sum.name(), List.of(sum.left(), sum.right()));
        } else if (node instanceof Node.MaxPool pool) {
            graph.node(
                    "MaxPool",
                    pool.name(),
                    List.of(pool.from()),
                    OnnxGraph.integers("kernel_shape", 2, 2),
                    OnnxGraph.integers("strides", 2, 2));
        } else {
            throw new IllegalArgumentException("no ONNX operation for " + node);
        }
    }

    private void convolution(
            String name, String from, long[] shape, boolean hasBias, int stride, int padding, int groups) {
        int out = (int) shape[0];
        float[] kernel = values(name, "W");
        float[] bias = hasBias ? values(name, "b") : new float[out];
        String output = fold(name, kernel, bias);
        graph.node(
                "Conv",
                output,
                List.of(from, graph.tensor(name + ".weight", kernel, shape), graph.tensor(name + ".bias", bias, out)),
                OnnxGraph.integers("kernel_shape", shape[2], shape[3]),
                OnnxGraph.integers("strides", stride, stride),
                OnnxGraph.integers("pads", padding, padding, padding, padding),
                OnnxGraph.integer("group", groups));
    }

    /** DL4J keeps the matrix [in, out] column-major, which is [out, in] row-major. */
    private void linear(Node.Linear linear) {
        String name = linear.name();
        float[] matrix = values(name, "W");
        float[] bias = linear.bias() ? values(name, "b") : new float[linear.out()];
        String output = fold(name, matrix, bias);
        String flat = graph.node("Flatten", name + "-flat", List.of(linear.from()), OnnxGraph.integer("axis", 1));
        graph.node(
                "Gemm",
                output,
                List.of(
                        flat,
                        graph.tensor(name + ".weight", matrix, linear.out(), linear.in()),
                        graph.tensor(name + ".bias", bias, linear.out())),
                OnnxGraph.integer("transB", 1));
    }

    /**
     * Folds the batch norm behind an operation into its weights, w·γ/√(v + ε), and bias, β + (b − m)·γ/√(v + ε).
     *
     * @return the output that the operation then gives: its own, or the batch norm's
     */
    private String fold(String name, float[] rows, float[] bias) {
        String norm = folded.get(name);
        if (norm == null) {
            return name;
        }
        float[] gamma = values(norm, "gamma");
        float[] beta = values(norm, "beta");
        float[] mean = values(norm, "mean");
        float[] variance = values(norm, "var");
        int perOutput = rows.length / bias.length;
        for (int o = 0; o < bias.length; o++) {
            double scale = gamma[o] / Math.sqrt(variance[o] + (double) NORM_EPSILON);
            bias[o] = (float) (beta[o] + (bias[o] - mean[o]) * scale);
            for (int i = o * perOutput; i < (o + 1) * perOutput; i++) {
                rows[i] = (float) (rows[i] * scale);
            }
        }
        return norm;
    }

    private void norm(Node.BatchNorm norm) {
        String name = norm.name();
        graph.node(
                "BatchNormalization",
                name,
                List.of(
                        norm.from(),
                        graph.tensor(name + ".scale", values(name, "gamma"), norm.channels()),
                        graph.tensor(name + ".shift", values(name, "beta"), norm.channels()),
                        graph.tensor(name + ".mean", values(name, "mean"), norm.channels()),
                        graph.tensor(name + ".variance", values(name, "var"), norm.channels())),
                OnnxGraph.number("epsilon", NORM_EPSILON));
    }

    private void normalised(String from) {
        String length = graph.node(
                "ReduceL2", "length", List.of(from), OnnxGraph.integers("axes", 1), OnnxGraph.integer("keepdims", 1));
        String floor = graph.tensor("smallest_length", new float[] {SMALLEST_LENGTH}, 1);
        graph.node("Div", "embeddings", List.of(from, graph.node("Max", "divisor", List.of(length, floor))));
    }

    private float[] values(String layer, String key) {
        Segment s = layout.find(layer, key);
        return Arrays.copyOfRange(weights, s.offset(), s.end());
    }
}
