package io.rangestream.learner.publish;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.schemas.storage.ArtifactName;
import io.rangestream.schemas.storage.ObjectContent;
import io.rangestream.schemas.storage.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps large artifacts in a store, so that their events carry an address instead of chunks. Not thread-safe. */
public final class ClaimCheck implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClaimCheck.class);

    private final ObjectStore store;
    private final String prefix;
    private final long aboveBytes;

    /**
     * @param store closed with this
     * @param prefix of the topics
     * @param aboveBytes larger artifacts go to the store
     */
    public ClaimCheck(ObjectStore store, String prefix, long aboveBytes) {
        this.store = store;
        this.prefix = prefix;
        this.aboveBytes = aboveBytes;
    }

    /**
     * Stores an artifact durably, if it is large. Storing equal bytes again changes nothing.
     *
     * @return what the event says of it; empty if it is to go through the topic
     * @throws UncheckedIOException if it cannot be stored now
     */
    Optional<Artifact> store(String model, long version, byte[] artifact) {
        if (artifact.length <= aboveBytes) {
            return Optional.empty();
        }
        ObjectContent content = ObjectContent.of(artifact);
        String name = ArtifactName.of(prefix, model, version, content.sha256());
        try {
            store.put(name, content);
        } catch (IOException e) {
            throw new UncheckedIOException("version %d cannot be published: %s".formatted(version, e.getMessage()), e);
        }
        return Optional.of(Artifact.newBuilder()
                .setBytes(content.length())
                .setSha256(content.sha256())
                .setChunks(0)
                .setUri(store.uri(name).toString())
                .build());
    }

    /** Removes what was stored for a version, also by attempts at it that were never committed. What cannot be removed stays. */
    void delete(ModelUpdate retired) {
        try {
            for (String name : store.list(ArtifactName.folder(prefix, retired.getModel(), retired.getVersion()))) {
                store.delete(name);
            }
        } catch (IOException e) {
            log.warn("version {} was pruned, but its artifact stays: {}", retired.getVersion(), e.getMessage());
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
