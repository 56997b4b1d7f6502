package io.rangestream.client;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.ModelChunk;
import io.rangestream.avro.Network;
import io.rangestream.schemas.hash.Sha256;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * The chunks of one version as they come, in memory and hashed, before its update says what they ought to be. Takes them in order or
 * not at all. The hash of the whole is what an update vouches for; those of the chunks only tell which of them is damaged, and are left to
 * {@link ChunkAssembly}, which has the last word on a whole that is wrong. Not thread-safe.
 */
final class IncomingArtifact {
    private final String model;
    private final long version;
    private final int count;
    private final Sha256 hash = new Sha256();
    private byte[] whole;
    private int chunks;
    private int bytes;
    private String sha256 = "";

    private IncomingArtifact(ModelChunk first, int room) {
        this.model = first.getModel();
        this.version = first.getVersion();
        this.count = first.getCount();
        this.whole = new byte[room];
    }

    /**
     * Begins with a version's first chunk.
     *
     * @param limit bytes that the whole may have
     * @return empty if the chunk is not the first, or of more than that
     */
    static Optional<IncomingArtifact> begin(ModelChunk first, int limit) {
        int size = first.getBytes().remaining();
        // The last chunk may be shorter than the others.
        boolean fits = (first.getCount() - 1L) * size <= limit;
        if (first.getCount() < 1 || !fits) {
            return Optional.empty();
        }
        var incoming = new IncomingArtifact(first, (int) Math.min(limit, (long) first.getCount() * size));
        return incoming.add(first) ? Optional.of(incoming) : Optional.empty();
    }

    /** Whether this is the chunk that comes next; otherwise nothing is taken. */
    boolean add(ModelChunk chunk) {
        ByteBuffer piece = chunk.getBytes();
        int size = piece.remaining();
        if (isComplete()
                || !chunk.getModel().equals(model)
                || chunk.getVersion() != version
                || chunk.getCount() != count
                || chunk.getIndex() != chunks
                || size > whole.length - bytes) {
            return false;
        }
        hash.add(piece.duplicate());
        piece.duplicate().get(whole, bytes, size);
        bytes += size;
        chunks++;
        if (isComplete()) {
            sha256 = hash.text();
            whole = Arrays.copyOf(whole, bytes);
        }
        return true;
    }

    boolean isComplete() {
        return chunks == count;
    }

    /** Whether these are chunks of the version. */
    boolean isOf(ModelVersion wanted) {
        return wanted.model().equals(model) && wanted.version() == version;
    }

    /** The whole, if it is complete and as the version's update has it in number, size and SHA-256. */
    Optional<FetchedArtifact> verified(ModelVersion wanted) {
        Artifact artifact = wanted.update().getArtifact();
        boolean same = isComplete()
                && isOf(wanted)
                && artifact.getChunks() == count
                && artifact.getBytes() == bytes
                && artifact.getSha256().equals(sha256);
        return same ? Optional.of(new InMemory(whole)) : Optional.empty();
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record InMemory(byte[] onnx) implements FetchedArtifact {
        @Override
        public OnnxEmbedder open(Network network, int threads) {
            return new OnnxEmbedder(onnx, network, threads);
        }

        @Override
        public void close() {}
    }
}
