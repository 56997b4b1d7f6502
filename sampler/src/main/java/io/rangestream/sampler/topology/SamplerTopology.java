package io.rangestream.sampler.topology;

import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.topics.TopicCatalogue;
import io.rangestream.schemas.wire.SchemaSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** Builds the topology. One processor, so that a face's store writes, its batch and its holdout record are one step. */
public final class SamplerTopology {
    /** Header of a holdout record: the task that wrote it. */
    public static final String HEADER_TASK = "rs-task";

    /** Header of a holdout record: which one of its task's it is, 1, 2, 3, …, tombstones included; decimal text. */
    public static final String HEADER_HOLDOUT_INDEX = "rs-holdout-index";

    /** Header of a face that an operator gives its identity: it is not refused for its picture being known under another. */
    public static final String HEADER_CORRECTION = "rs-correction";

    /** identity → {@code IdentityIndex}. */
    public static final String INDEX_STORE = "identities";

    /** (identity, slot) → the face in its encoded form. */
    static final String FACES_STORE = "faces";

    /** (identity, rank) → face_id of what was sent to the holdout. */
    public static final String HOLDOUT_STORE = "holdout";

    /** Where the task stands, where its draw stands, that all names are normalised, and what the last retractions found. */
    static final String TASK_STORE = "task";

    /** How long the changelogs keep a tombstone; a state directory from before must not be continued. */
    static final Duration TOMBSTONES_STAY = Duration.ofDays(1);

    static final String BATCHES_SINK = "batches-sink";
    static final String HOLDOUT_SINK = "holdout-sink";
    private static final String SOURCE = "faces-source";

    /**
     * Compacted within a day like the other topics, so that what was erased is really gone. What has not been compacted, which
     * includes the segment in use, is read in vain by a restore: faces of tens of kilobytes fill segments of a gigabyte
     * slowly, so these are smaller.
     */
    private static final Map<String, String> CHANGELOG = Map.of(
            TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(128 * 1024 * 1024),
            TopicConfig.SEGMENT_MS_CONFIG, Long.toString(Duration.ofHours(1).toMillis()),
            TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG,
                    Long.toString(Duration.ofDays(1).toMillis()),
            TopicConfig.DELETE_RETENTION_MS_CONFIG, Long.toString(TOMBSTONES_STAY.toMillis()),
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(TopicCatalogue.MAX_RECORD_BYTES));

    private static final String PROCESSOR = "sampler";

    private SamplerTopology() {}

    /** The changelogs' topics, as Kafka Streams names them. */
    public static List<String> changelogs(String applicationId) {
        return Stream.of(INDEX_STORE, FACES_STORE, HOLDOUT_STORE, TASK_STORE)
                .map(store -> "%s-%s-changelog".formatted(applicationId, store))
                .toList();
    }

    /**
     * The topology that a running sampler and the tests share.
     *
     * @param schemas where the schemas of other releases are looked up
     * @param board where the tasks report to
     * @param learner how far the learner is behind them
     * @param start where the faces partitions begin
     */
    public static Topology build(
            SamplerConfig config,
            TopicCatalogue topics,
            SchemaSource schemas,
            TaskBoard board,
            LearnerDistance learner,
            LogStart start) {
        return build(config, topics, schemas, board, learner, start, Stores::persistentKeyValueStore);
    }

    /** With stores of the caller's choice. */
    static Topology build(
            SamplerConfig config,
            TopicCatalogue topics,
            SchemaSource schemas,
            TaskBoard board,
            LearnerDistance learner,
            LogStart start,
            Function<String, KeyValueBytesStoreSupplier> stores) {
        var bytesOut = new ByteArraySerializer();
        var failures = new FailedRecords();
        return new Topology()
                .addSource(
                        AutoOffsetReset.earliest(),
                        SOURCE,
                        new OriginalTime(),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer(),
                        topics.faces())
                .addProcessor(
                        PROCESSOR, () -> new SamplerProcessor(config, schemas, board, learner, start, failures), SOURCE)
                .addStateStore(store(stores.apply(FACES_STORE)), PROCESSOR)
                .addStateStore(store(stores.apply(HOLDOUT_STORE)), PROCESSOR)
                // These two are written with every face: the cache writes them out once per commit.
                .addStateStore(store(stores.apply(INDEX_STORE)).withCachingEnabled(), PROCESSOR)
                .addStateStore(store(stores.apply(TASK_STORE)).withCachingEnabled(), PROCESSOR)
                .addSink(BATCHES_SINK, topics.batches(), bytesOut, bytesOut, PROCESSOR)
                .addSink(HOLDOUT_SINK, topics.facesHoldout(), bytesOut, bytesOut, PROCESSOR);
    }

    private static StoreBuilder<KeyValueStore<Bytes, byte[]>> store(KeyValueBytesStoreSupplier supplier) {
        return Stores.keyValueStoreBuilder(supplier, Serdes.Bytes(), Serdes.ByteArray())
                .withLoggingEnabled(CHANGELOG);
    }
}
