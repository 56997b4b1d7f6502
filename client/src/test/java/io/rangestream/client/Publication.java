package io.rangestream.client;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.Evaluation;
import io.rangestream.avro.ModelChunk;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.Network;
import io.rangestream.avro.Training;
import io.rangestream.schemas.hash.Sha256;
import io.rangestream.schemas.image.CropDecoder;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Puts versions of the model {@code faces} on test topics, whole or damaged. */
final class Publication {
    static final String MODEL = "faces";
    static final RecordCodec CODEC = new RecordCodec(List.of(), SchemaSource.NONE);

    private static final int READ_AHEAD = 1 << 23;

    private Publication() {}

    static Network network(int side, int dim) {
        return Network.newBuilder()
                .setBackbone("linear")
                .setPreprocessing(CropDecoder.PREPROCESSING)
                .setEmbeddingDim(dim)
                .setInputWidth(side)
                .setInputHeight(side)
                .build();
    }

    static ModelUpdate update(long version, ModelStatus status, byte[] artifact, int chunks, long hint) {
        return ModelUpdate.newBuilder()
                .setModel(MODEL)
                .setVersion(version)
                .setStatus(status)
                .setCreatedAt(Instant.EPOCH)
                .setArtifact(Artifact.newBuilder()
                        .setBytes(artifact.length)
                        .setSha256(Sha256.of(artifact))
                        .setChunks(chunks)
                        .setFirstChunkOffset(hint)
                        .build())
                .setNetwork(network(TinyOnnx.SIDE, TinyOnnx.DIM))
                .setTraining(Training.newBuilder().build())
                .setEvaluation(Evaluation.newBuilder().setThreshold(0.5).build())
                .build();
    }

    static ModelVersion version(long version, byte[] artifact, int chunks, long hint) {
        return new ModelVersion(update(version, ModelStatus.PROMOTED, artifact, chunks, hint), 0);
    }

    static List<ModelChunk> chunks(long version, byte[] artifact, int count) {
        List<ModelChunk> chunks = new ArrayList<>();
        int size = (artifact.length + count - 1) / count;
        for (int i = 0; i < count; i++) {
            byte[] piece = Arrays.copyOfRange(artifact, i * size, Math.min(artifact.length, (i + 1) * size));
            chunks.add(new ModelChunk(MODEL, version, i, count, ByteBuffer.wrap(piece), Sha256.of(piece)));
        }
        return chunks;
    }

    static String key(ModelChunk chunk) {
        return "%s/%d/%d".formatted(chunk.getModel(), chunk.getVersion(), chunk.getIndex());
    }

    static long append(TestLog weights, ModelChunk chunk) {
        return weights.append(key(chunk), CODEC.encode(chunk));
    }

    static void append(TestLog updates, ModelUpdate update) {
        updates.append("%s/%d".formatted(update.getModel(), update.getVersion()), CODEC.encode(update));
    }

    /** Fetches from {@code weights} alone, and reads ahead there as a follower's does. */
    static ArtifactFetcher fetcher(TestLog weights, Duration timeout) {
        return fetcher(weights, timeout, new StoredArtifacts(Optional.empty(), ""));
    }

    static ArtifactFetcher fetcher(TestLog weights, Duration timeout, StoredArtifacts stored) {
        return new ArtifactFetcher(
                weights::reader,
                SchemaSource.NONE,
                timeout,
                stored,
                new ReadAhead(weights::reader, SchemaSource.NONE, MODEL, READ_AHEAD));
    }

    /** A whole version, chunks first. */
    static void publish(TestLog updates, TestLog weights, long version, byte[] artifact) {
        long hint = weights.end();
        chunks(version, artifact, 4).forEach(chunk -> append(weights, chunk));
        append(updates, update(version, ModelStatus.PROMOTED, artifact, 4, hint));
    }
}
