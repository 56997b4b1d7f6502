package io.rangestream.learner.config;

import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.storage.StorageConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;

/**
 * Where checkpoints are kept, and how many.
 *
 * @param store {@link #DIRECTORY}, {@link #KAFKA}, or the location of an object store
 * @param directory of the checkpoints, or only of those that are being written or read
 * @param retain checkpoints of versions that stay
 * @param everyBatches batches after which one is written between versions; 0 for as many as there are
 * @param maxInterval time after which one is written between versions, if it takes less than a fiftieth of that; zero for none
 * @param storage how object stores are reached
 */
public record CheckpointConfig(
        String store, Path directory, int retain, int everyBatches, Duration maxInterval, StorageConfig storage) {
    public static final String STORE = "checkpoint.store";
    public static final String DIR = "checkpoint.dir";
    public static final String RETAIN = "checkpoint.retain";
    public static final String EVERY_BATCHES = "checkpoint.every.batches";
    public static final String MAX_INTERVAL = "checkpoint.max.interval.ms";
    public static final String DIRECTORY = "directory";
    public static final String KAFKA = "kafka";

    public CheckpointConfig {
        boolean known = store.equals(DIRECTORY) || store.equals(KAFKA);
        if (!known && !store.contains(":") && !store.contains("/")) {
            throw new ConfigurationException("%s=%s is neither %s nor %s nor the location of an object store"
                    .formatted(STORE, store, DIRECTORY, KAFKA));
        }
    }

    /**
     * The oldest version whose checkpoint stays.
     *
     * @param newest the newest version
     * @param alsoKept versions whose checkpoints stay though they are not among the newest
     */
    public long oldest(long newest, Set<Long> alsoKept) {
        long oldest = Math.max(1, newest - retain + 1);
        return alsoKept.stream().mapToLong(Long::longValue).reduce(oldest, Math::min);
    }

    static void define(ConfigDef definition) {
        definition
                .define(
                        STORE,
                        Type.STRING,
                        DIRECTORY,
                        Importance.HIGH,
                        "Where checkpoints are kept: directory (checkpoint.dir), kafka (topic learner-checkpoints), or the"
                                + " location of an object store (s3://bucket/prefix, file:///path). Standbys on other"
                                + " machines need kafka or an object store.")
                .define(
                        DIR,
                        Type.STRING,
                        "rangestream-checkpoints",
                        Importance.HIGH,
                        "Folder of the checkpoints, one inside it for each model; must outlive the process, and standbys"
                                + " have to see the same one. With another checkpoint.store it holds them only while"
                                + " they are written or read.")
                .define(
                        RETAIN,
                        Type.INT,
                        3,
                        Range.atLeast(1),
                        Importance.LOW,
                        "Checkpoints of versions that stay; that of the promoted version always does, and that of a candidate"
                                + " does as long as its weights (models.retain).")
                .define(
                        EVERY_BATCHES,
                        Type.INT,
                        0,
                        Range.atLeast(0),
                        Importance.LOW,
                        "Batches after which a checkpoint is written between versions; 0 leaves it to the clock alone.")
                .define(
                        MAX_INTERVAL,
                        Type.LONG,
                        60_000L,
                        Range.atLeast(0),
                        Importance.MEDIUM,
                        "Time after which a checkpoint is written between versions, milliseconds; 0 for none by the clock. What a"
                                + " crash can cost. It is stretched to fifty times of what writing took, so that that is 2 % of the"
                                + " time at most.");
    }

    static CheckpointConfig read(AbstractConfig c, StorageConfig storage) {
        return new CheckpointConfig(
                c.getString(STORE),
                Path.of(c.getString(DIR)),
                c.getInt(RETAIN),
                c.getInt(EVERY_BATCHES),
                Duration.ofMillis(c.getLong(MAX_INTERVAL)),
                storage);
    }
}
