package io.rangestream.learner.config;

import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.storage.StorageConfig;
import io.rangestream.schemas.storage.StoreLocation;
import java.util.Optional;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;

/**
 * Which artifacts go to a store instead of the topic.
 *
 * @param aboveBytes larger ones do
 * @param store where to
 */
public record ClaimCheckConfig(long aboveBytes, StoreLocation store) {
    public static final String BYTES = "publish.claim.check.bytes";
    public static final String STORE = "publish.claim.check.store";

    static void define(ConfigDef definition) {
        definition
                .define(
                        BYTES,
                        Type.LONG,
                        0L,
                        Range.atLeast(0),
                        Importance.LOW,
                        "Artifacts larger than this go to publish.claim.check.store instead of the topic, bytes; 0 for never.")
                .define(
                        STORE,
                        Type.STRING,
                        "",
                        Importance.LOW,
                        "Where large artifacts go: a directory, file:///path or s3://bucket/prefix. Followers need the same"
                                + " location as client.claim.check.store.");
    }

    /** @throws ConfigurationException if one of the two is set without the other */
    static Optional<ClaimCheckConfig> read(AbstractConfig c, StorageConfig storage) {
        long bytes = c.getLong(BYTES);
        String store = c.getString(STORE);
        if (store.isBlank() != (bytes == 0)) {
            throw new ConfigurationException("%s and %s go together".formatted(BYTES, STORE));
        }
        return bytes == 0
                ? Optional.empty()
                : Optional.of(new ClaimCheckConfig(bytes, new StoreLocation(store, storage)));
    }
}
