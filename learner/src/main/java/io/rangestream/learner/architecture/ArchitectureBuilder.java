package io.rangestream.learner.architecture;

import io.rangestream.learner.backbone.BackboneSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts a network together, keeping track of shapes. Every method returns the name of the output it adds. */
final class ArchitectureBuilder {

    private final BackboneSpec spec;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Shape> shapes = new HashMap<>();

    ArchitectureBuilder(BackboneSpec spec) {
        this.spec = spec;
        shapes.put(Architecture.INPUT, Shape.map(3, spec.inputSize()));
    }

    Architecture build(Initialisation initialisation) {
        return new Architecture(spec, initialisation, nodes);
    }

    /** The channels of the literature times the configured width. */
    int scaled(int channels) {
        return Math.max(1, (int) Math.round(channels * spec.width()));
    }

    int channels(String name) {
        return shape(name).channels();
    }

    int side(String name) {
        return shape(name).side();
    }

    /** A convolution padded by half its kernel, then batch norm. */
    String convolutionNorm(String name, String from, int out, int kernel, int stride) {
        return norm(name + "-norm", convolution(name, from, out, kernel, stride, false));
    }

    /** A convolution padded by half its kernel. */
    String convolution(String name, String from, int out, int kernel, int stride, boolean bias) {
        return add(new Node.Convolution(name, from, channels(from), out, kernel, stride, kernel / 2, bias), from);
    }

    /** A convolution of each channel by itself, then batch norm. */
    String depthwiseNorm(String name, String from, int kernel, int stride, int padding) {
        return norm(name + "-norm", add(new Node.Depthwise(name, from, channels(from), kernel, stride, padding), from));
    }

    String norm(String name, String from) {
        return add(new Node.BatchNorm(name, from, channels(from), false), from);
    }

    /** The last convolution of a residual, padded by half its kernel, and a batch norm that lets nothing through at first. */
    String closedConvolutionNorm(String name, String from, int out, int kernel) {
        String convolved = convolution(name, from, out, kernel, 1, false);
        return add(new Node.BatchNorm(name + "-norm", convolved, out, true), convolved);
    }

    String prelu(String name, String from) {
        return add(new Node.PRelu(name, from, channels(from)), from);
    }

    String relu(String name, String from) {
        return add(new Node.Relu(name, from), from);
    }

    String sum(String name, String left, String right) {
        return add(new Node.Add(name, left, right), left);
    }

    String maxPool(String name, String from) {
        return add(new Node.MaxPool(name, from), from);
    }

    String linear(String name, String from, int out, boolean bias, boolean dropout) {
        return add(new Node.Linear(name, from, shape(from).size(), out, bias, dropout), from);
    }

    private String add(Node node, String from) {
        if (shapes.put(node.name(), node.output(shape(from))) != null) {
            throw new IllegalArgumentException("two operations are called " + node.name());
        }
        nodes.add(node);
        return node.name();
    }

    private Shape shape(String name) {
        Shape shape = shapes.get(name);
        if (shape == null) {
            throw new IllegalArgumentException("no operation is called " + name);
        }
        return shape;
    }
}
