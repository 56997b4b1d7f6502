package io.rangestream.learner.publish;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.ModelHeartbeat;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.Network;
import io.rangestream.avro.Training;
import io.rangestream.schemas.image.CropDecoder;
import java.time.Instant;

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

    /** The versions of a model of which so many events were published. */
    static VersionHistory historyOf(long events) {
        var history = new VersionHistory();
        history.beaten(new ModelHeartbeat("face", Instant.EPOCH, events, 0L, 0L));
        return history;
    }

    static void passOver(VersionHistory history, long version, long end) {
        history.passOver(version, false);
        history.ends(end);
    }

    /** As if the reader had passed over the event of a version. */
    public static void passOver(VersionHistory history, long version) {
        passOver(history, version, version);
    }
}
