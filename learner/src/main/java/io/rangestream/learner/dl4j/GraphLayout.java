package io.rangestream.learner.dl4j;

import io.rangestream.learner.architecture.Architecture;
import io.rangestream.learner.architecture.Node;
import io.rangestream.learner.architecture.Shape;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;

/** Turns an architecture into a DL4J graph whose vertices have the names of its operations. */
final class GraphLayout {

    private final Layers layers;
    private final @Nullable SeededDropout dropout;
    private final Map<String, Shape> shapes;
    private final GraphBuilder graph;

    private GraphLayout(Architecture architecture, DataType type, Layers layers, @Nullable SeededDropout dropout) {
        this.layers = layers;
        this.dropout = dropout;
        this.shapes = architecture.shapes();
        this.graph = new NeuralNetConfiguration.Builder()
                .dataType(type)
                .activation(Activation.IDENTITY)
                .miniBatch(false)
                .trainingWorkspaceMode(WorkspaceMode.ENABLED)
                .inferenceWorkspaceMode(WorkspaceMode.ENABLED)
                .graphBuilder()
                .addInputs(Architecture.INPUT);
    }

    /**
     * Lays a graph out.
     *
     * @param type float for training, double for checks of the gradient
     * @param scratch where the loops of the heap layers run, or null for ND4J's own operations
     * @param dropout for the layer that has it, or null for none
     */
    static ComputationGraphConfiguration of(
            Architecture architecture,
            DataType type,
            @Nullable ChannelScratch scratch,
            @Nullable SeededDropout dropout) {
        var layout = new GraphLayout(architecture, type, new Layers(scratch), dropout);
        architecture.nodes().forEach(layout::add);
        return layout.graph.setOutputs(Architecture.OUTPUT).build();
    }

    private void add(Node node) {
        if (node instanceof Node.Add sum) {
            graph.addVertex(sum.name(), new ElementWiseVertex(ElementWiseVertex.Op.Add), sum.left(), sum.right());
        } else if (node instanceof Node.Linear linear) {
            addLinear(linear);
        } else {
            graph.addLayer(node.name(), layer(node), node.inputs().get(0));
        }
    }

    private Layer layer(Node node) {
        if (node instanceof Node.Convolution convolution) {
            return layers.convolution(convolution);
        } else if (node instanceof Node.Depthwise depthwise) {
            return layers.depthwise(depthwise);
        } else if (node instanceof Node.BatchNorm norm) {
            return layers.norm(norm.channels());
        } else if (node instanceof Node.PRelu prelu) {
            return layers.prelu(prelu.channels());
        } else if (node instanceof Node.Relu) {
            return layers.relu();
        } else if (node instanceof Node.MaxPool) {
            return layers.maxPool();
        }
        throw new IllegalArgumentException("no layer for " + node);
    }

    private void addLinear(Node.Linear linear) {
        var layer = new DenseLayer.Builder()
                .nIn(linear.in())
                .nOut(linear.out())
                .hasBias(linear.bias())
                .activation(Activation.IDENTITY);
        if (linear.dropout() && dropout != null) {
            layer.dropOut(dropout);
        }
        Shape in = Objects.requireNonNull(shapes.get(linear.from()));
        if (in.flat()) {
            graph.addLayer(linear.name(), layer.build(), linear.from());
        } else {
            var flatten = new CnnToFeedForwardPreProcessor(in.side(), in.side(), in.channels());
            graph.addLayer(linear.name(), layer.build(), flatten, linear.from());
        }
    }
}
