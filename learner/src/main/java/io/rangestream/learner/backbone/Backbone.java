package io.rangestream.learner.backbone;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The embedding network and its training state, behind plain arrays. This is the whole of what the learner asks of an engine.
 *
 * <p>Crops are {@code [n, 3, inputSize, inputSize]} RGB, row-major, scaled as {@code (v − 127.5) / 128}. Embeddings are
 * {@code [n, embeddingDim]}, row-major, not normalised. Instances are for one thread at a time; {@link #embed} may be called from
 * another thread than {@link #step}, but not at the same moment.
 */
public interface Backbone extends AutoCloseable {

    BackboneSpec spec();

    /** What computes this network. */
    BackendReport backend();

    /** Trainable parameters; batch-norm running statistics are not counted. */
    int parameterCount();

    /** Training steps taken so far, skipped ones included. */
    long steps();

    /**
     * Takes one training step. The result depends on the state, the arguments and the number of threads only; dropout draws from
     * {@code stepSeed}.
     *
     * @param crops {@code [n, 3, inputSize, inputSize]}
     * @param n crops in the batch, at least 2 for batch norm to have a variance
     * @param stepSeed source of all randomness in the step
     * @param objective what the embeddings are trained towards
     */
    StepResult step(float[] crops, int n, long stepSeed, EmbeddingObjective objective);

    /**
     * Takes note of how a version did on the holdout; the learning rate may go by it.
     *
     * @param auc area under the ROC curve, NaN when the version was not judged
     */
    void judged(double auc);

    /**
     * Embeds crops in inference mode. Training continues with the same bits whether or not this was called.
     *
     * @param crops {@code [n, 3, inputSize, inputSize]}; any {@code n}, batches are made inside
     * @param out {@code [n, embeddingDim]}, filled
     */
    void embed(float[] crops, int n, Weights which, float[] out);

    /**
     * Embeds crops with weights taken earlier by {@link #weights}.
     *
     * @throws IllegalArgumentException when the snapshot is not of this network's length
     */
    void embed(float[] crops, int n, float[] snapshot, float[] out);

    /** A copy of all weights and batch-norm statistics. Its layout is the engine's own; its length is fixed for a spec. */
    float[] weights(Weights which);

    /**
     * Replaces trained and averaged weights by a snapshot and clears the optimiser's moments; the step counter goes on. This is how training
     * returns to good weights after it diverged.
     */
    void restore(float[] trained, float[] averaged);

    /** Writes the whole training state: both sets of weights, the optimiser's moments, the rate's history and the step counter. */
    void save(DataOutput out) throws IOException;

    /**
     * Reads what {@link #save} wrote; the next step then has the same bits as without the interruption.
     *
     * @throws IOException when the bytes are not a state of this network
     */
    void load(DataInput in) throws IOException;

    /** The network as an ONNX file that takes {@code images} and gives L2-normalised {@code embeddings}. Equal weights, equal bytes. */
    byte[] exportOnnx(float[] snapshot);

    /** Frees native memory. */
    @Override
    void close();
}
