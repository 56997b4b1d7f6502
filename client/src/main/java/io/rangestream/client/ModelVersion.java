package io.rangestream.client;

import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.Network;
import io.rangestream.schemas.updates.VersionKey;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A version of the model as its latest update describes it.
 *
 * @param update the update; not to be changed
 * @param offset where on {@code model-updates} it stands: of two updates the one with the higher offset is the newer
 */
public record ModelVersion(ModelUpdate update, long offset) {

    /** The model's name. */
    public String model() {
        return update.getModel();
    }

    /** 1, 2, 3, … */
    public long version() {
        return update.getVersion();
    }

    public ModelStatus status() {
        return update.getStatus();
    }

    /** What to feed the version, and what comes out. */
    public Network network() {
        return update.getNetwork();
    }

    /** Lower-case hexadecimal SHA-256 of the artifact. */
    public String sha256() {
        return update.getArtifact().getSha256();
    }

    /** Recommended threshold on cosine similarity, same person at or above it; empty if the version names none. */
    public OptionalDouble threshold() {
        Double threshold = update.getEvaluation().getThreshold();
        return threshold == null ? OptionalDouble.empty() : OptionalDouble.of(threshold);
    }

    /**
     * The space of the version's embeddings: the name of the version that founded it, {@code model/version}. Keep it beside stored
     * embeddings. A version that names none is a space of its own.
     */
    public String embeddingSpace() {
        return update.getEmbeddingSpace().isEmpty() ? toString() : update.getEmbeddingSpace();
    }

    /** Spaces whose stored embeddings may be compared with those of this version, its own first. */
    public Set<String> comparableSpaces() {
        var spaces = new LinkedHashSet<String>();
        spaces.add(embeddingSpace());
        spaces.addAll(update.getCompatibleWith());
        return Collections.unmodifiableSet(spaces);
    }

    /** Whether embeddings stored in a space may be compared with those of this version. */
    public boolean comparesWith(String space) {
        return comparableSpaces().contains(space);
    }

    /** Whether this is the same version with the same bytes. */
    boolean sameArtifact(ModelVersion other) {
        return version() == other.version() && sha256().equals(other.sha256());
    }

    /** The version's name, {@code model/version}, which is the key of its update. */
    public VersionKey key() {
        return new VersionKey(model(), version());
    }

    @Override
    public String toString() {
        return key().toString();
    }
}
