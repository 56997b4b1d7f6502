package io.rangestream.client;

import io.rangestream.avro.Network;
import java.io.IOException;

/** An artifact whose size and SHA-256 are those that its update names, in a file or in memory. */
interface FetchedArtifact extends AutoCloseable {

    /**
     * Opens it in ONNX Runtime; nothing of it is needed afterwards.
     *
     * @param threads threads of one inference, at least 1
     * @throws InvalidModelException if ONNX Runtime cannot open it or it is not of that network
     */
    OnnxEmbedder open(Network network, int threads);

    /** Lets go of it. */
    @Override
    void close() throws IOException;
}
