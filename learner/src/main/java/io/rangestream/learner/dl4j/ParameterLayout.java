package io.rangestream.learner.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where each parameter lies in the flat array of a graph and how training treats it.
 *
 * @param segments in the order of the flat array, without gaps
 */
record ParameterLayout(List<Segment> segments) {

    ParameterLayout {
        segments = List.copyOf(segments);
    }

    /** What a parameter is. */
    enum Role {
        /** Weights of a convolution or a linear layer: decayed. */
        WEIGHT,
        /** Biases, batch norm's γ and β: not decayed. */
        BIAS,
        /** Slopes of PReLU: not decayed. */
        SLOPE,
        /** Running mean or variance: not trained, its gradient is the amount to subtract. */
        STATISTIC
    }

    /**
     * One parameter array.
     *
     * @param layer the vertex it belongs to
     * @param key DL4J's name of the parameter in its layer
     * @param offset first index in the flat array
     * @param length number of values
     * @param fanIn inputs of one output value, for weights
     */
    record Segment(String layer, String key, Role role, int offset, int length, int fanIn) {

        int end() {
            return offset + length;
        }
    }

    static ParameterLayout of(ComputationGraph graph) {
        List<Segment> segments = new ArrayList<>();
        int offset = 0;
        for (int vertex : graph.topologicalSortOrder()) {
            Layer layer = graph.getVertices()[vertex].getLayer();
            if (layer == null) {
                continue;
            }
            String name = graph.getVertices()[vertex].getVertexName();
            for (Map.Entry<String, INDArray> parameter : layer.paramTable().entrySet()) {
                INDArray array = parameter.getValue();
                int length = Math.toIntExact(array.length());
                Role role = roleOf(layer, parameter.getKey());
                segments.add(new Segment(name, parameter.getKey(), role, offset, length, fanIn(array)));
                offset += length;
            }
        }
        return new ParameterLayout(segments);
    }

    /** Length of the flat array. */
    int length() {
        return segments.get(segments.size() - 1).end();
    }

    /** Values that training moves. */
    int trainable() {
        return segments.stream()
                .filter(s -> s.role() != Role.STATISTIC)
                .mapToInt(Segment::length)
                .sum();
    }

    /** @throws IllegalArgumentException when the network has no such parameter */
    Segment find(String layer, String key) {
        return segments.stream()
                .filter(s -> s.layer().equals(layer) && s.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no parameter " + key + " in layer " + layer));
    }

    private static Role roleOf(Layer layer, String key) {
        if (layer instanceof org.deeplearning4j.nn.layers.feedforward.PReLU) {
            return Role.SLOPE;
        }
        return switch (key) {
            case BatchNormalizationParamInitializer.GLOBAL_MEAN, BatchNormalizationParamInitializer.GLOBAL_VAR ->
                Role.STATISTIC;
            case "W" -> Role.WEIGHT;
            default -> Role.BIAS;
        };
    }

    private static int fanIn(INDArray array) {
        // Convolutions are [out, in, kH, kW], depthwise ones [channels, 1, kH, kW]; linear layers are [in, out].
        return switch (array.rank()) {
            case 4 -> Math.toIntExact(array.length() / array.size(0));
            case 2 -> Math.toIntExact(array.size(0));
            default -> 1;
        };
    }
}
