package io.rangestream.client;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.ModelChunk;
import io.rangestream.schemas.hash.Sha256;
import io.rangestream.schemas.updates.ChunkKey;
import io.rangestream.schemas.updates.VersionKey;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.UndecodableRecordException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Puts a version's chunks together, from records in any order and with anything between them, and trusts only what the
 * version's update vouches for: number, size and SHA-256 of the whole. Of several sound chunks with one index the latest
 * counts, as it would after compaction. The bytes go to a file at once. Not thread-safe.
 */
final class ChunkAssembly {
    private static final int MOST_CHUNKS = 1_000_000;

    /** Times the artifact's size that chunks of one version may take on disk, those that were replaced included. */
    private static final int MOST_SPOOLED = 10;

    private final ModelVersion version;
    private final Artifact artifact;
    private final RecordCodec codec;
    private final VersionKey key;
    private final Piece[] pieces;
    private final Spool spool;
    /** Of the first {@link #hashed} pieces. */
    private final Sha256 hash = new Sha256();

    private int hashed;
    private boolean changed;
    private @Nullable ArtifactException wholeIsWrong;

    private enum State {
        MISSING,
        /** There is one, but of another publication: the right one may still come. */
        STALE,
        DAMAGED,
        PRUNED,
        SOUND
    }

    private record Piece(State state, Spool.Slice slice, String defect) {
        private static final Spool.Slice NOWHERE = new Spool.Slice(0, 0);
        static final Piece MISSING = new Piece(State.MISSING, NOWHERE, "");

        static Piece bad(State state, String defect) {
            return new Piece(state, NOWHERE, defect);
        }
    }

    /**
     * @param spool where the pieces go
     * @throws ArtifactException if what the update says of the artifact cannot be
     */
    ChunkAssembly(ModelVersion version, RecordCodec codec, Spool spool) {
        this.version = version;
        this.artifact = version.update().getArtifact();
        this.codec = codec;
        this.key = version.key();
        this.spool = spool;
        if (artifact.getChunks() < 1 || artifact.getChunks() > MOST_CHUNKS) {
            throw new ArtifactException(
                    Check.CHUNK, "the update names %d chunks".formatted(artifact.getChunks()), false);
        }
        if (artifact.getBytes() < 1) {
            throw new ArtifactException(Check.SIZE, "the update names %d bytes".formatted(artifact.getBytes()), false);
        }
        this.pieces = new Piece[artifact.getChunks()];
        Arrays.fill(pieces, Piece.MISSING);
    }

    /**
     * Takes in a record of {@code model-weights}.
     *
     * @return whether it brought a sound chunk of this version
     * @throws IOException if the chunk cannot be kept
     */
    boolean offer(byte @Nullable [] key, byte @Nullable [] value) throws IOException {
        int index = index(key);
        if (index < 0 || index >= pieces.length) {
            return false;
        }
        Piece piece = value == null ? Piece.bad(State.PRUNED, "was deleted") : piece(index, value);
        // What is sound is not given up for what is not: only the hash of the whole can tell which was meant.
        if (pieces[index].state() == State.SOUND && piece.state() != State.SOUND && piece.state() != State.PRUNED) {
            return false;
        }
        pieces[index] = piece;
        changed = true;
        return piece.state() == State.SOUND;
    }

    /** Whether the spool is the artifact now: every chunk is there, and the whole has the size and the hash that the update names. */
    boolean isComplete() throws IOException {
        if (!changed || any(state -> state != State.SOUND)) {
            return false;
        }
        changed = false;
        List<Spool.Slice> slices = Arrays.stream(pieces).map(Piece::slice).toList();
        long bytes = slices.stream().mapToLong(Spool.Slice::length).sum();
        if (bytes != artifact.getBytes()) {
            wholeIsWrong = new ArtifactException(
                    Check.SIZE,
                    "its %d chunks hold %d bytes instead of %d".formatted(pieces.length, bytes, artifact.getBytes()),
                    true);
            return false;
        }
        for (; hashed < pieces.length; hashed++) {
            spool.hash(pieces[hashed].slice(), hash);
        }
        String text = hash.text();
        hashed = 0;
        if (!text.equals(artifact.getSha256())) {
            wholeIsWrong = new ArtifactException(
                    Check.SHA256,
                    "the SHA-256 of the whole is %s instead of %s".formatted(text, artifact.getSha256()),
                    true);
            return false;
        }
        spool.arrange(slices);
        return true;
    }

    /** Whether waiting would not help: the version was pruned, or nothing is missing and something is damaged. */
    boolean hopeless() {
        return any(state -> state == State.PRUNED)
                || (any(state -> state == State.DAMAGED)
                        && !any(state -> state == State.MISSING || state == State.STALE));
    }

    /** What is wrong. */
    ArtifactException problem() {
        if (any(state -> state == State.PRUNED)) {
            return new ArtifactException(
                    Check.RETENTION,
                    "version %d was pruned: its chunks were deleted".formatted(version.version()),
                    false);
        }
        for (State state : new State[] {State.DAMAGED, State.STALE}) {
            for (int i = 0; i < pieces.length; i++) {
                if (pieces[i].state() == state) {
                    return new ArtifactException(
                            Check.CHUNK,
                            "chunk %d of %d %s".formatted(i + 1, pieces.length, pieces[i].defect()),
                            state == State.STALE);
                }
            }
        }
        return wholeIsWrong == null || any(state -> state == State.MISSING)
                ? ArtifactException.late(missing())
                : wholeIsWrong;
    }

    private Piece piece(int index, byte[] value) throws IOException {
        ModelChunk chunk;
        try {
            chunk = (ModelChunk) codec.decode(value);
        } catch (UndecodableRecordException e) {
            return Piece.bad(State.DAMAGED, "cannot be decoded: " + e.getMessage());
        }
        if (!chunk.getModel().equals(version.model())
                || chunk.getVersion() != version.version()
                || chunk.getIndex() != index) {
            return Piece.bad(
                    State.DAMAGED,
                    "says it is %s/%d/%d".formatted(chunk.getModel(), chunk.getVersion(), chunk.getIndex()));
        }
        if (chunk.getCount() != pieces.length) {
            return Piece.bad(State.STALE, "says there are %d chunks".formatted(chunk.getCount()));
        }
        ByteBuffer bytes = chunk.getBytes();
        if (!new Sha256().add(bytes.duplicate()).text().equals(chunk.getSha256())) {
            return Piece.bad(State.DAMAGED, "does not have the SHA-256 it names");
        }
        if (bytes.remaining() > artifact.getBytes()) {
            return Piece.bad(State.STALE, "is larger than the whole artifact");
        }
        if (spool.length() + bytes.remaining() > MOST_SPOOLED * artifact.getBytes()) {
            return Piece.bad(State.DAMAGED, "was written too often");
        }
        return new Piece(State.SOUND, keep(index, bytes), "");
    }

    /** Chunks mostly come in order and once: then the whole is hashed by the time it is there. */
    private Spool.Slice keep(int index, ByteBuffer bytes) throws IOException {
        if (index < hashed) {
            hash.text();
            hashed = 0;
        } else if (index == hashed) {
            hash.add(bytes.duplicate());
            hashed++;
        }
        return spool.append(bytes);
    }

    /** The chunk's index that a record's key names, -1 if the key is not of this version. */
    private int index(byte @Nullable [] recordKey) {
        return ChunkKey.parse(recordKey)
                .filter(chunk -> chunk.version().equals(key))
                .map(ChunkKey::index)
                .orElse(-1);
    }

    private String missing() {
        int[] missing = IntStream.range(0, pieces.length)
                .filter(i -> pieces[i].state() == State.MISSING)
                .toArray();
        if (missing.length == pieces.length) {
            return "none of its %d chunks is there".formatted(pieces.length);
        }
        String named = IntStream.of(missing)
                .limit(5)
                .mapToObj(i -> Integer.toString(i + 1))
                .collect(Collectors.joining(", "));
        return "%s %s%s of %d %s missing"
                .formatted(
                        missing.length == 1 ? "chunk" : "chunks",
                        named,
                        missing.length > 5 ? ", ..." : "",
                        pieces.length,
                        missing.length == 1 ? "is" : "are");
    }

    private boolean any(Predicate<State> predicate) {
        return Arrays.stream(pieces).map(Piece::state).anyMatch(predicate);
    }
}
