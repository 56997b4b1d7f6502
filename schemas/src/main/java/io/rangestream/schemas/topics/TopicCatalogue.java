package io.rangestream.schemas.topics;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;

/**
 * The topics of one model. One prefix carries one model; another model takes another prefix.
 *
 * @param prefix put before every name, as it stands; may be empty
 * @param facePartitions partitions of {@code faces}, fixed for the deployment's life: an identity stays where it is
 */
public record TopicCatalogue(String prefix, int facePartitions) {
    private static final String DAY_MS = "86400000";

    /** Largest record on {@code batches} and {@code model-weights}, bytes. */
    public static final int MAX_RECORD_BYTES = 32 * 1024 * 1024;

    private static final long BATCH_RETENTION_BYTES = 5L * 1024 * 1024 * 1024;

    public TopicCatalogue {
        if (!prefix.matches("[a-zA-Z0-9._-]{0,200}")) {
            throw new IllegalArgumentException(
                    "topic.prefix '%s' may hold letters, digits, '.', '_' and '-' only".formatted(prefix));
        }
        if (facePartitions < 1) {
            throw new IllegalArgumentException("faces needs at least one partition, not " + facePartitions);
        }
    }

    /** identity → LabeledFace; a null value erases the identity. */
    public String faces() {
        return prefix + "faces";
    }

    /** Dead letters: the original key and bytes, with the reason in {@code __streams.errors.*} headers. */
    public String facesRejected() {
        return prefix + "faces-rejected";
    }

    /** identity/face_id → LabeledFace that is never trained on. */
    public String facesHoldout() {
        return prefix + "faces-holdout";
    }

    /** sampler task → TrainingBatch or Erasure. */
    public String batches() {
        return prefix + "batches";
    }

    /** model → LearnerProgress. */
    public String learnerProgress() {
        return prefix + "learner-progress";
    }

    /** model/version → ModelUpdate. */
    public String modelUpdates() {
        return prefix + "model-updates";
    }

    /** order id → ModelOrder, then OrderOutcome. */
    public String modelOrders() {
        return prefix + "model-orders";
    }

    /** model/version/chunk → ModelChunk. */
    public String modelWeights() {
        return prefix + "model-weights";
    }

    /** checkpoint/index → part of a checkpoint, where {@code checkpoint.store} is {@code kafka}. */
    public String learnerCheckpoints() {
        return prefix + "learner-checkpoints";
    }

    /** fingerprint → Avro schema. */
    public String schemas() {
        return prefix + "schemas";
    }

    /** Every topic, in the order in which a face passes them. */
    public List<TopicSpec> all() {
        return List.of(
                new TopicSpec(faces(), facePartitions, faceSettings(), "labelled faces in"),
                new TopicSpec(facesRejected(), 1, letterSettings(), "dead letters with the reason"),
                new TopicSpec(facesHoldout(), 1, compacted(), "faces kept for evaluation"),
                new TopicSpec(batches(), 1, batchSettings(), "training batches and erasures"),
                new TopicSpec(learnerProgress(), 1, compacted(), "how far the learner is"),
                new TopicSpec(modelUpdates(), 1, compacted(), "model versions out"),
                new TopicSpec(modelWeights(), 1, chunkSettings(), "their weights in chunks"),
                new TopicSpec(learnerCheckpoints(), 1, chunkSettings(), "training state, if kept in Kafka"),
                new TopicSpec(modelOrders(), 1, deleteAfter(Duration.ofDays(7)), "what operators want of the versions"),
                new TopicSpec(schemas(), 1, compacted(), "Avro schemas by fingerprint"));
    }

    /** Retention counts from a face's arrival: by its producer's time, old pictures would be deleted before they are read. */
    private static Map<String, String> faceSettings() {
        var settings = new HashMap<>(deleteAfter(Duration.ofDays(7)));
        settings.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
        return settings;
    }

    /** Bounded by time alone, and with room for every original, so that what was refused can be replayed for two weeks. */
    private static Map<String, String> letterSettings() {
        var settings = new HashMap<>(deleteAfter(Duration.ofDays(14)));
        settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(MAX_RECORD_BYTES));
        return settings;
    }

    private static Map<String, String> deleteAfter(Duration retention) {
        return Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_DELETE,
                TopicConfig.RETENTION_MS_CONFIG,
                Long.toString(retention.toMillis()));
    }

    /**
     * Bounded in bytes as well as in time: what must stay is 2 x (batches ahead of the learner + batches between two
     * versions) of the largest batch; with the defaults 2 x (200 + 100) x 4 MiB, so twice that is kept.
     */
    private static Map<String, String> batchSettings() {
        return Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE,
                TopicConfig.RETENTION_MS_CONFIG,
                        Long.toString(Duration.ofDays(7).toMillis()),
                TopicConfig.RETENTION_BYTES_CONFIG, Long.toString(BATCH_RETENTION_BYTES),
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(MAX_RECORD_BYTES));
    }

    private static Map<String, String> chunkSettings() {
        return Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_COMPACT,
                TopicConfig.SEGMENT_MS_CONFIG,
                Long.toString(Duration.ofHours(1).toMillis()),
                TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG,
                DAY_MS,
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                Integer.toString(MAX_RECORD_BYTES));
    }

    /** Segments roll hourly and are compacted within a day, so that what was erased is really gone. */
    private static Map<String, String> compacted() {
        return Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_COMPACT,
                TopicConfig.SEGMENT_MS_CONFIG,
                Long.toString(Duration.ofHours(1).toMillis()),
                TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG,
                DAY_MS);
    }
}
