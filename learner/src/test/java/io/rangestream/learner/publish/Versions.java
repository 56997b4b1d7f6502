package io.rangestream.learner.publish;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.Network;
import io.rangestream.avro.Training;
import io.rangestream.schemas.image.CropDecoder;
import java.time.Instant;
import java.util.Set;

/** Events of versions for tests. */
public final class Versions {
    private Versions() {}

    /** A version of the model {@code face}. */
    public static ModelUpdate version(long version, ModelStatus status, String checkpointHash, int chunks) {
        return ModelUpdate.newBuilder()
                .setModel("face")
                .setVersion(version)
                .setStatus(status)
                .setCreatedAt(Instant.parse("2026-01-02T03:04:05.678Z"))
                .setArtifact(Artifact.newBuilder()
                        .setBytes(0)
                        .setSha256("")
                        .setChunks(chunks)
                        .build())
                .setNetwork(Network.newBuilder()
                        .setBackbone("compact")
                        .setPreprocessing(CropDecoder.PREPROCESSING)
                        .setEmbeddingDim(128)
                        .setInputWidth(64)
                        .setInputHeight(64)
                        .build())
                .setTraining(Training.newBuilder()
                        .setCheckpointSha256(checkpointHash)
                        .build())
                .build();
    }

    /** As if the reader had passed over the event of a version. */
    public static void passOver(VersionHistory history, long version) {
        history.passedOver(Set.of(version), version);
    }
}
