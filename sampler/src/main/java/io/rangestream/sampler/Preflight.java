package io.rangestream.sampler;

import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.topics.TopicCatalogue;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks, before anything runs, whether the broker's topics and the disk can take what the configuration asks for. */
final class Preflight {
    private static final Logger log = LoggerFactory.getLogger(Preflight.class);
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    /** A record batch's header and the headers of a record, at most. */
    private static final int RECORD_OVERHEAD_BYTES = 4096;
    /** A dead letter's reason, origin and key, without anything of the original. */
    private static final int SMALLEST_LETTER_BYTES = 16 * 1024;

    private Preflight() {}

    /**
     * What the broker said.
     *
     * @param facePartitions partitions of the faces topic
     * @param faceRetention how long unread faces stay; centuries if for ever
     * @param deadLetterBytes most bytes of a dead letter
     */
    record Facts(int facePartitions, Duration faceRetention, int deadLetterBytes) {}

    /** The topics that a sampler reads or writes. */
    static List<String> topics(TopicCatalogue topics) {
        return List.of(
                topics.faces(),
                topics.facesRejected(),
                topics.facesHoldout(),
                topics.batches(),
                topics.learnerProgress(),
                topics.schemas());
    }

    /**
     * @throws ConfigurationException in one line, if something has to be changed first
     * @throws KafkaException if the broker cannot be asked
     */
    static Facts check(CommonConfig common, SamplerConfig config) {
        requireStateDir(config.stateDir());
        Map<String, Object> client = common.clientConfig();
        client.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        client.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        try (Admin admin = Admin.create(client)) {
            return check(admin, common, config);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new org.apache.kafka.common.errors.InterruptException(e);
        }
    }

    /** Before the group is joined: a sampler that cannot keep state would only take partitions from others. */
    private static void requireStateDir(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.delete(Files.createTempFile(directory, "probe-", ".tmp"));
        } catch (IOException e) {
            throw new ConfigurationException("%s %s cannot be written to: %s"
                    .formatted(
                            SamplerConfig.STATE_DIR,
                            directory,
                            e instanceof AccessDeniedException ? "access denied" : e));
        }
    }

    private static Facts check(Admin admin, CommonConfig common, SamplerConfig config)
            throws ExecutionException, InterruptedException {
        TopicCatalogue topics = common.topics();
        int batches = setting(admin, topics.batches(), TopicConfig.MAX_MESSAGE_BYTES_CONFIG)
                .intValue();
        requireRoom(topics.batches(), batches, config.largestBatchBytes(), "a batch");
        int holdout = setting(admin, topics.facesHoldout(), TopicConfig.MAX_MESSAGE_BYTES_CONFIG)
                .intValue();
        requireRoom(topics.facesHoldout(), holdout, config.largestFaceRecordBytes(), "a face");
        long retention = setting(admin, topics.faces(), TopicConfig.RETENTION_MS_CONFIG);
        warnOfProducersTimes(admin, topics.faces(), retention);
        int letters = setting(admin, topics.facesRejected(), TopicConfig.MAX_MESSAGE_BYTES_CONFIG)
                .intValue();
        if (letters < SMALLEST_LETTER_BYTES) {
            throw new ConfigurationException("%s of topic %s is %d: a dead letter may take %d bytes, raise it"
                    .formatted(
                            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                            topics.facesRejected(),
                            letters,
                            SMALLEST_LETTER_BYTES));
        }
        int partitions = get(admin.describeTopics(List.of(topics.faces())).allTopicNames()).values().stream()
                .mapToInt(description -> description.partitions().size())
                .sum();
        return new Facts(
                partitions,
                Duration.ofMillis(retention < 0 ? Long.MAX_VALUE : retention),
                Math.min(letters, TopicCatalogue.MAX_RECORD_BYTES) - RECORD_OVERHEAD_BYTES);
    }

    private static void requireRoom(String topic, long room, long largest, String what) {
        if (largest + RECORD_OVERHEAD_BYTES > room) {
            throw new ConfigurationException("%s may take %d bytes but %s of topic %s is %d: raise it, or lower %s"
                    .formatted(
                            what,
                            largest + RECORD_OVERHEAD_BYTES,
                            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                            topic,
                            room,
                            SamplerConfig.MAX_FACE_BYTES));
        }
    }

    private static void warnOfProducersTimes(Admin admin, String faces, long retention)
            throws ExecutionException, InterruptedException {
        if (retention >= 0
                && text(admin, faces, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG).equals("CreateTime")) {
            log.warn(
                    "topic {} takes its producers' timestamps: a face stamped more than {} ago may be deleted before it is"
                            + " read; set {}=LogAppendTime on the topic to count from its arrival",
                    faces,
                    Duration.ofMillis(retention),
                    TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG);
        }
    }

    private static Long setting(Admin admin, String topic, String name)
            throws ExecutionException, InterruptedException {
        return Long.valueOf(text(admin, topic, name));
    }

    private static String text(Admin admin, String topic, String name) throws ExecutionException, InterruptedException {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Config config = get(admin.describeConfigs(List.of(resource)).all()).get(resource);
        ConfigEntry entry = config == null ? null : config.get(name);
        if (entry == null || entry.value() == null) {
            throw new KafkaException("the broker does not say %s of topic %s".formatted(name, topic));
        }
        return entry.value();
    }

    private static <T> T get(KafkaFuture<T> future) throws ExecutionException, InterruptedException {
        return future.get();
    }
}
