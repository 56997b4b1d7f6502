package io.rangestream.learner.loss;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.function.ObjDoubleConsumer;

/**
 * A loss on the embeddings of one batch, with its gradient in closed form. It is computed in double, so that the gradient can be
 * checked against finite differences; {@link LossSum} brings it to the network's floats.
 *
 * <p>Implementations keep their buffers: after the largest batch no call allocates. They belong to one thread.
 */
public interface EmbeddingLoss {

    /**
     * The weighted loss of a batch; its gradient is added. Embeddings that are numbers give a loss and a gradient that are numbers, as
     * long as squared distances do not overflow.
     *
     * @param embeddings {@code [n, dim]}, row-major; read only
     * @param labels class of each row; not negative, equal for equal identities. An identity keeps its label until {@link #forget}
     * @param gradient {@code [n, dim]}, to which ∂loss/∂embedding is added
     */
    double addGradient(double[] embeddings, int[] labels, int n, int dim, double[] gradient);

    /** Tells the names and the values of the terms at the last batch, each before its weight. */
    void report(ObjDoubleConsumer<String> terms);

    /** The step of the last batch is taken: state that the batch moves is moved. */
    default void update() {}

    /** Forgets what is kept of a class. */
    default void forget(int label) {}

    /** Writes the state, if there is any. */
    default void save(DataOutput out) throws IOException {}

    /**
     * Replaces the state by what {@link #save} wrote.
     *
     * @throws IOException when the bytes are not a state of this loss
     */
    default void load(DataInput in) throws IOException {}
}
