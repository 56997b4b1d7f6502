package io.rangestream.learner.architecture;

import io.rangestream.learner.backbone.BackboneSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A network as a list of operations, each after those it reads; the first reads {@link #INPUT}, the last one is {@link #OUTPUT}.
 *
 * @param spec what it takes and gives
 * @param initialisation how its untrained weights are drawn
 * @param nodes the operations
 */
public record Architecture(BackboneSpec spec, Initialisation initialisation, List<Node> nodes) {

    /** The crops, {@code [n, 3, inputSize, inputSize]}. */
    public static final String INPUT = "images";

    /** The embeddings, {@code [n, embeddingDim]}. */
    public static final String OUTPUT = "embedding";

    /** @throws IllegalArgumentException if an operation reads what does not precede it, or the last does not give embeddings */
    public Architecture {
        nodes = List.copyOf(nodes);
        Shape end = shapes(spec, nodes).get(OUTPUT);
        if (!Shape.vector(spec.embeddingDim()).equals(end)
                || !nodes.get(nodes.size() - 1).name().equals(OUTPUT)) {
            throw new IllegalArgumentException(spec + " must end in its embedding");
        }
    }

    /** What every operation gives for one crop, and {@link #INPUT}. */
    public Map<String, Shape> shapes() {
        return shapes(spec, nodes);
    }

    /** Trained parameters; running statistics are not counted. */
    public long parameters() {
        return nodes.stream().mapToLong(Node::parameters).sum();
    }

    /** Multiplications, each with an addition, of the convolutions and linear layers for one crop. */
    public long multiplyAdds() {
        Map<String, Shape> shapes = shapes();
        return nodes.stream()
                .mapToLong(node -> node.multiplyAdds(Objects.requireNonNull(shapes.get(node.name()))))
                .sum();
    }

    /** The last linear layer. */
    public Node.Linear embeddingLayer() {
        Node.Linear last = null;
        for (Node node : nodes) {
            if (node instanceof Node.Linear linear) {
                last = linear;
            }
        }
        if (last == null) {
            throw new IllegalStateException(spec + " has no linear layer");
        }
        return last;
    }

    private static Map<String, Shape> shapes(BackboneSpec spec, List<Node> nodes) {
        Map<String, Shape> shapes = new HashMap<>();
        shapes.put(INPUT, Shape.map(3, spec.inputSize()));
        for (Node node : nodes) {
            Shape in = null;
            for (String input : node.inputs()) {
                in = shapes.get(input);
                if (in == null) {
                    throw new IllegalArgumentException(node.name() + " reads " + input + ", which does not precede it");
                }
            }
            shapes.put(node.name(), node.output(Objects.requireNonNull(in)));
        }
        return shapes;
    }
}
