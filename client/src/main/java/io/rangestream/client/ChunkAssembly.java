package io.rangestream.client;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.ModelChunk;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.UndecodableRecordException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Puts a version's chunks together, from records in any order and with anything between them, and trusts only what the
 * version's update vouches for: number, size and SHA-256 of the whole. Of several sound chunks with one index the latest
 * counts, as it would after compaction. Not thread-safe.
 */
final class ChunkAssembly {
    private static final int MOST_CHUNKS = 1_000_000;
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final ModelVersion version;
    private final Artifact artifact;
    private final RecordCodec codec;
    private final String keyPrefix;
    private final Piece[] pieces;
    private boolean changed;
    private @Nullable String wholeIsWrong;

    private enum State {
        MISSING,
        /** There is one, but of another publication: the right one may still come. */
        STALE,
        DAMAGED,
        PRUNED,
        SOUND
    }

    private record Piece(State state, byte[] bytes, String defect) {
        static final Piece MISSING = new Piece(State.MISSING, new byte[0], "");

        static Piece bad(State state, String defect) {
            return new Piece(state, new byte[0], defect);
        }
    }

    /** @throws ArtifactException if what the update says of the artifact cannot be */
    ChunkAssembly(ModelVersion version, RecordCodec codec) {
        this.version = version;
        this.artifact = version.update().getArtifact();
        this.codec = codec;
        this.keyPrefix = version + "/";
        if (artifact.getChunks() < 1 || artifact.getChunks() > MOST_CHUNKS) {
            throw ArtifactException.wrong("the update names %d chunks".formatted(artifact.getChunks()));
        }
        if (artifact.getBytes() < 1 || artifact.getBytes() > LARGEST_ARRAY) {
            throw ArtifactException.wrong("the update names %d bytes".formatted(artifact.getBytes()));
        }
        this.pieces = new Piece[artifact.getChunks()];
        Arrays.fill(pieces, Piece.MISSING);
    }

    /**
     * Takes in a record of {@code model-weights}.
     *
     * @return whether it brought a sound chunk of this version
     */
    boolean offer(byte @Nullable [] key, byte @Nullable [] value) {
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

    /** The artifact, once every chunk is there and the whole has the size and the hash that the update names. */
    Optional<byte[]> complete() {
        if (!changed || any(state -> state != State.SOUND)) {
            return Optional.empty();
        }
        changed = false;
        long bytes = 0;
        var sha256 = new Sha256();
        for (Piece piece : pieces) {
            bytes += piece.bytes().length;
            sha256.add(piece.bytes());
        }
        String hash = sha256.text();
        if (bytes != artifact.getBytes()) {
            wholeIsWrong =
                    "its %d chunks hold %d bytes instead of %d".formatted(pieces.length, bytes, artifact.getBytes());
        } else if (!hash.equals(artifact.getSha256())) {
            wholeIsWrong = "the SHA-256 of the whole is %s instead of %s".formatted(hash, artifact.getSha256());
        } else {
            return Optional.of(join((int) bytes));
        }
        return Optional.empty();
    }

    /** Whether waiting would not help: the version was pruned, or nothing is missing and something is damaged. */
    boolean hopeless() {
        return any(state -> state == State.PRUNED)
                || (any(state -> state == State.DAMAGED)
                        && !any(state -> state == State.MISSING || state == State.STALE));
    }

    /** What is wrong, in one line. */
    String problem() {
        if (any(state -> state == State.PRUNED)) {
            return "version %d was pruned: its chunks were deleted".formatted(version.version());
        }
        for (State state : new State[] {State.DAMAGED, State.STALE}) {
            for (int i = 0; i < pieces.length; i++) {
                if (pieces[i].state() == state) {
                    return "chunk %d of %d %s".formatted(i + 1, pieces.length, pieces[i].defect());
                }
            }
        }
        if (any(state -> state == State.MISSING)) {
            return missing();
        }
        return wholeIsWrong == null ? "nothing is wrong" : wholeIsWrong;
    }

    private Piece piece(int index, byte[] value) {
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
        var bytes = new byte[chunk.getBytes().remaining()];
        chunk.getBytes().get(bytes);
        if (!Sha256.of(bytes).equals(chunk.getSha256())) {
            return Piece.bad(State.DAMAGED, "does not have the SHA-256 it names");
        }
        if (bytes.length > artifact.getBytes()) {
            return Piece.bad(State.STALE, "is larger than the whole artifact");
        }
        return new Piece(State.SOUND, bytes, "");
    }

    /** The chunk's index in a key {@code model/version/index}, -1 if the key is not of this version. */
    private int index(byte @Nullable [] key) {
        String text = key == null ? "" : new String(key, StandardCharsets.UTF_8);
        if (!text.startsWith(keyPrefix)) {
            return -1;
        }
        try {
            return Integer.parseInt(text.substring(keyPrefix.length()));
        } catch (NumberFormatException e) {
            return -1;
        }
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

    private byte[] join(int length) {
        var whole = new byte[length];
        int at = 0;
        for (Piece piece : pieces) {
            System.arraycopy(piece.bytes(), 0, whole, at, piece.bytes().length);
            at += piece.bytes().length;
        }
        return whole;
    }

    private boolean any(Predicate<State> predicate) {
        return Arrays.stream(pieces).map(Piece::state).anyMatch(predicate);
    }
}
