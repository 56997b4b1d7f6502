package io.rangestream.client;

import io.rangestream.avro.Artifact;
import io.rangestream.schemas.hash.Sha256;
import io.rangestream.schemas.storage.ArtifactName;
import io.rangestream.schemas.storage.ObjectNotFoundException;
import io.rangestream.schemas.storage.ObjectStore;
import io.rangestream.schemas.storage.StoreLocation;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Artifacts that went to a store instead of the topic. Read from the store that the configuration names, under the name that the
 * version has there: what an event says is compared with that, and never opened. Thread-safe.
 */
final class StoredArtifacts implements AutoCloseable {
    private static final int BUFFER = 1 << 16;
    private static final int LONGEST_NAMED = 300;

    private final Optional<ObjectStore> store;
    private final String prefix;

    /**
     * @param store closed with this
     * @param prefix of the topics
     */
    StoredArtifacts(Optional<ObjectStore> store, String prefix) {
        this.store = store;
        this.prefix = prefix;
    }

    static StoredArtifacts of(Optional<StoreLocation> location, String prefix) {
        return new StoredArtifacts(location.map(StoreLocation::open), prefix);
    }

    /** Whether the version has no chunks, but an address. */
    static boolean isStored(ModelVersion version) {
        Artifact artifact = version.update().getArtifact();
        return artifact.getChunks() == 0 && artifact.getUri() != null;
    }

    /**
     * Writes the artifact to an empty spool.
     *
     * @param closed whether to give up
     * @throws ArtifactException if it cannot be had, or is not what the update describes
     * @throws IOException if the spool cannot be written
     */
    void fetchTo(ModelVersion version, Spool spool, BooleanSupplier closed) throws IOException {
        Artifact artifact = version.update().getArtifact();
        String uri = String.valueOf(artifact.getUri());
        ObjectStore from = store.orElseThrow(() -> refused("the artifact lies at %s: set %s to the learner's store"
                .formatted(named(uri), ClientConfig.CLAIM_CHECK_STORE)));
        String name = name(version);
        URI expected = from.uri(name);
        if (!expected.toString().equals(uri)) {
            throw refused("the artifact is said to lie at %s, but by %s it would at %s"
                    .formatted(named(uri), ClientConfig.CLAIM_CHECK_STORE, expected));
        }
        giveUpIf(closed);
        var hash = new Sha256();
        var buffer = new byte[BUFFER];
        try (InputStream in = open(from, name)) {
            for (int read = read(in, buffer); read >= 0; read = read(in, buffer)) {
                giveUpIf(closed);
                if (spool.length() + read > artifact.getBytes()) {
                    throw new ArtifactException(
                            Check.SIZE, "%s holds more than %d bytes".formatted(expected, artifact.getBytes()), true);
                }
                var piece = ByteBuffer.wrap(buffer, 0, read);
                hash.add(piece.duplicate());
                spool.append(piece);
            }
        }
        verify(artifact, expected, spool.length(), hash.text());
    }

    @Override
    public void close() {
        store.ifPresent(ObjectStore::close);
    }

    private static void giveUpIf(BooleanSupplier closed) {
        if (closed.getAsBoolean()) {
            throw ArtifactException.late("the fetcher was closed");
        }
    }

    private String name(ModelVersion version) {
        try {
            return ArtifactName.of(prefix, version.model(), version.version(), version.sha256());
        } catch (IllegalArgumentException e) {
            throw refused("no artifact in a store has the SHA-256 %s".formatted(named(version.sha256())));
        }
    }

    private static InputStream open(ObjectStore store, String name) {
        try {
            return store.open(name);
        } catch (ObjectNotFoundException e) {
            // It was there before the update was: what is missing now was deleted, or is not seen from here.
            throw new ArtifactException(Check.RETENTION, "%s; the version was pruned".formatted(e.getMessage()), true);
        } catch (IOException e) {
            throw ArtifactException.late(String.valueOf(e.getMessage()));
        }
    }

    private static int read(InputStream in, byte[] buffer) {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            throw ArtifactException.late("the artifact cannot be read from its store: " + e.getMessage());
        }
    }

    private static void verify(Artifact artifact, URI from, long bytes, String sha256) {
        if (bytes != artifact.getBytes()) {
            throw new ArtifactException(
                    Check.SIZE, "%s holds %d bytes instead of %d".formatted(from, bytes, artifact.getBytes()), true);
        }
        if (!sha256.equals(artifact.getSha256())) {
            throw new ArtifactException(
                    Check.SHA256,
                    "the SHA-256 of %s is %s instead of %s".formatted(from, sha256, artifact.getSha256()),
                    true);
        }
    }

    private static ArtifactException refused(String reason) {
        return new ArtifactException(Check.LOCATION, reason, false);
    }

    /** What somebody wrote into an event, fit for a line of a log. */
    private static String named(String text) {
        String line = text.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= LONGEST_NAMED ? line : line.substring(0, LONGEST_NAMED) + "...";
    }
}
