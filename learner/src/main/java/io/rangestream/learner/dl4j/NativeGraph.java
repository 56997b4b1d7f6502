package io.rangestream.learner.dl4j;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A graph with its native weights and input array, which it owns. */
final class NativeGraph implements AutoCloseable {

    private final EmbeddingGraph graph;
    private final int inputSize;
    private @Nullable INDArray input;

    NativeGraph(EmbeddingGraph graph, int inputSize) {
        this.graph = graph;
        this.inputSize = inputSize;
        graph.init();
    }

    EmbeddingGraph graph() {
        return graph;
    }

    /** Copies weights into the native array. */
    void weights(float[] flat) {
        HostCopy.write(graph.params(), flat, 0);
    }

    /** Copies the gradient of the last backward pass out. */
    void gradient(float[] flat) {
        HostCopy.read(graph.getFlattenedGradients(), flat, 0);
    }

    /**
     * Copies crops into the native input.
     *
     * @param from first crop to take
     * @param n number of crops
     */
    INDArray input(float[] crops, int from, int n) {
        INDArray array = input;
        if (array == null || array.size(0) != n) {
            if (array != null) {
                array.close();
            }
            array = Nd4j.create(DataType.FLOAT, n, 3, inputSize, inputSize);
            input = array;
        }
        HostCopy.write(array, crops, from * 3 * inputSize * inputSize);
        return array;
    }

    @Override
    public void close() {
        if (input != null) {
            input.close();
            input = null;
        }
        graph.close();
    }
}
