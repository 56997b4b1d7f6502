package io.rangestream.learner;

import io.rangestream.avro.Erasure;
import io.rangestream.avro.LabeledFace;
import io.rangestream.avro.LearnerProgress;
import io.rangestream.avro.ModelChunk;
import io.rangestream.avro.ModelHeartbeat;
import io.rangestream.avro.ModelOrder;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.OrderOutcome;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.learner.checkpoint.CheckpointStore;
import io.rangestream.learner.checkpoint.TopicStore;
import io.rangestream.learner.config.CheckpointConfig;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.evaluation.HoldoutReader;
import io.rangestream.learner.orders.OrderLog;
import io.rangestream.learner.publish.Adoption;
import io.rangestream.learner.publish.ClaimCheck;
import io.rangestream.learner.publish.HistoryReader;
import io.rangestream.learner.publish.ModelPublisher;
import io.rangestream.learner.publish.VersionHistory;
import io.rangestream.learner.records.BatchRecords;
import io.rangestream.learner.records.SamplerTasks;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.storage.ObjectStores;
import io.rangestream.schemas.topics.TopicAdmin;
import io.rangestream.schemas.topics.TopicCatalogue;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.RecordSerde;
import io.rangestream.schemas.wire.SchemaTopic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** The Kafka clients of a learner, each with the guarantees it needs. */
final class LearnerClients implements AutoCloseable {
    private static final int TRANSACTION_TIMEOUT_MILLIS = 300_000;
    private static final Duration BROKER_PATIENCE = Duration.ofMinutes(1);
    /** A batch takes at most this part of the heap when it is decoded. */
    private static final int BATCH_SHARE = 4;

    private static final String PROGRESS_CLIENT = "rangestream-learner-progress";

    private final CommonConfig common;
    private final LearnerConfig config;
    private final SchemaTopic schemas;

    LearnerClients(CommonConfig common, LearnerConfig config) {
        this.common = common;
        this.config = config;
        this.schemas = new SchemaTopic(common.topics().schemas(), common.clientConfig());
    }

    /** The topics that a learner reads or writes. */
    static List<String> topics(CommonConfig common, LearnerConfig config) {
        TopicCatalogue topics = common.topics();
        var used = new ArrayList<>(List.of(
                topics.batches(),
                topics.facesHoldout(),
                topics.facesRejected(),
                topics.learnerProgress(),
                topics.modelUpdates(),
                topics.modelWeights(),
                topics.modelOrders(),
                topics.schemas()));
        if (config.checkpoints().store().equals(CheckpointConfig.KAFKA)) {
            used.add(topics.learnerCheckpoints());
        }
        return used;
    }

    TopicCatalogue topics() {
        return common.topics();
    }

    /** The checkpoints of this model on this batches topic, where the configuration keeps them. */
    CheckpointStore checkpoints() {
        String folder = checkpointFolder();
        CheckpointConfig checkpoints = config.checkpoints();
        Path directory = checkpoints.directory().resolve(folder);
        return switch (checkpoints.store()) {
            case CheckpointConfig.DIRECTORY -> CheckpointStore.in(directory);
            case CheckpointConfig.KAFKA -> new CheckpointStore(topicStore(folder), directory);
            default -> {
                String location = checkpoints.store().replaceAll("/+$", "") + "/" + folder;
                yield new CheckpointStore(ObjectStores.open(location, checkpoints.storage()), directory);
            }
        };
    }

    /** Where large artifacts go, if the configuration has such a place; the caller closes it. */
    Optional<ClaimCheck> claimCheck() {
        return config.publication()
                .claimCheck()
                .map(check ->
                        new ClaimCheck(check.store().open(), common.topics().prefix(), check.aboveBytes()));
    }

    /** A writer publishes its schemas before its first record. */
    void publishSchemas() {
        SchemaTopic.publish(common.topics().schemas(), common.clientConfig(), schemasWritten());
    }

    /** The schemas of all records that a learner writes, dead letters included. */
    static List<Schema> schemasWritten() {
        return List.of(
                ModelUpdate.getClassSchema(),
                ModelChunk.getClassSchema(),
                ModelHeartbeat.getClassSchema(),
                LearnerProgress.getClassSchema(),
                LabeledFace.getClassSchema(),
                OrderOutcome.getClassSchema());
    }

    void publishSchema(Schema schema) {
        SchemaTopic.publish(common.topics().schemas(), common.clientConfig(), List.of(schema));
    }

    /**
     * The member of the learners' group: reads what is committed, begins nowhere by itself, and commits nothing by itself.
     * Values are decoded later, so that a bad record is told by its offset.
     */
    Consumer<String, byte[]> batches() {
        Map<String, Object> properties = readCommitted();
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, group());
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 4);
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 8 * 1024 * 1024);
        // Whoever joins leaves the partition with the one who trains.
        properties.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        properties.putIfAbsent(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 15_000);
        properties.putIfAbsent(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 3_000);
        return new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * Reads the values of {@link #batches}.
     *
     * @param cropLength numbers of a decoded crop
     */
    BatchRecords batchRecords(int cropLength) {
        var tasks = new SamplerTasks(() -> {
            try (var admin = new TopicAdmin(common.clientConfig())) {
                return admin.partitions(common.topics().faces());
            }
        });
        long maxCrops = Runtime.getRuntime().maxMemory() / BATCH_SHARE / Float.BYTES / cropLength;
        return new BatchRecords(
                new RecordCodec(List.of(TrainingBatch.getClassSchema(), Erasure.getClassSchema()), schemas),
                tasks,
                (int) Math.min(maxCrops, Integer.MAX_VALUE / cropLength));
    }

    HoldoutReader holdout() {
        Consumer<String, byte @Nullable []> consumer =
                new KafkaConsumer<>(readCommitted(), new StringDeserializer(), new ByteArrayDeserializer());
        var codec = new RecordCodec(List.of(LabeledFace.getClassSchema()), schemas);
        String topic = common.topics().facesHoldout();
        return new HoldoutReader(consumer, topic, codec, () -> {
            try (var admin = new TopicAdmin(common.clientConfig())) {
                return admin.writtenEnd(topic);
            }
        });
    }

    OrderLog orders() {
        Consumer<String, byte[]> consumer =
                new KafkaConsumer<>(readCommitted(), new StringDeserializer(), new ByteArrayDeserializer());
        List<Schema> read = List.of(ModelOrder.getClassSchema(), OrderOutcome.getClassSchema());
        return new OrderLog(consumer, common.topics().modelOrders(), common.model(), new RecordCodec(read, schemas));
    }

    /**
     * Where the versions of the model stand, as the topic says now.
     *
     * @throws ConfigurationException if there are versions and no trusted key signed any: whoever begins anew beside them must say so
     */
    VersionHistory history() {
        VersionHistory history = historyOrNone();
        if (history.isForeign()) {
            throw new ConfigurationException(
                    "%s has versions of %s, and no trusted key signed any: 'rangestream models adopt' shows and signs them, or %s names the key that did"
                            .formatted(common.topics().modelUpdates(), common.model(), LearnerConfig.TRUSTED_KEYS));
        }
        return history;
    }

    /** As {@link #history}, without any version if no trusted key signed one. */
    VersionHistory historyOrNone() {
        var reader = new HistoryReader(
                common.topics().modelUpdates(),
                common.model(),
                schemas,
                config.publication().trusted());
        try (var updates =
                new KafkaConsumer<>(readCommitted(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            return reader.read(updates, BROKER_PATIENCE);
        }
    }

    /** What an operator may adopt, as the topic says now. */
    Adoption adoption() {
        try (var updates =
                new KafkaConsumer<>(readCommitted(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            return Adoption.read(
                    updates,
                    common.topics().modelUpdates(),
                    common.model(),
                    schemas,
                    config.publication().trusted(),
                    BROKER_PATIENCE);
        }
    }

    /** Whether a learner is in the group. */
    boolean haveLearner() {
        try (var admin = Admin.create(common.clientConfig())) {
            var description = admin.describeConsumerGroups(List.of(group()))
                    .describedGroups()
                    .get(group());
            return description != null && !description.get().members().isEmpty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return false;
            }
            throw new KafkaException("cannot find out whether a learner runs", e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** Publishes with a producer of {@link #publisher}; whoever settles orders alone needs no claim check. */
    ModelPublisher publisherOf(
            Producer<String, byte @Nullable []> producer, Optional<ClaimCheck> claimCheck, VersionHistory history) {
        return new ModelPublisher(
                producer,
                common.model(),
                common.topics().modelUpdates(),
                common.topics().modelWeights(),
                config.publication().chunkBytes(),
                config.publication().signingKey(),
                claimCheck,
                history);
    }

    /**
     * Asks the broker who has the batches partition.
     *
     * @throws CommitFailedException unless it is this member, and the group is not about to give it anew
     * @throws KafkaException if the broker does not say
     */
    void requireHolder(ConsumerGroupMetadata member) {
        var partition = new TopicPartition(common.topics().batches(), 0);
        try (var admin = Admin.create(common.clientConfig())) {
            boolean holds = admin.describeConsumerGroups(List.of(group())).all().get().values().stream()
                    .flatMap(description -> description.members().stream())
                    .anyMatch(other -> other.consumerId().equals(member.memberId())
                            && other.assignment().topicPartitions().contains(partition));
            if (!holds) {
                throw new CommitFailedException(
                        "the group %s does not say now that this learner has %s".formatted(group(), partition));
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** Group of the model's learners. */
    String group() {
        return common.topics().prefix() + config.group();
    }

    /**
     * Transactional, one identity per model, whatever the group is called: initialising it fences whoever published before.
     */
    Producer<String, byte @Nullable []> publisher() {
        Map<String, Object> properties = common.clientConfig();
        properties.put(
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                common.topics().prefix() + "rangestream-learner-" + common.model());
        // A version of hundreds of megabytes takes longer than Kafka's minute; whoever takes over ends what was begun
        // at once.
        properties.putIfAbsent(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MILLIS);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, TopicCatalogue.MAX_RECORD_BYTES);
        return new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer());
    }

    /** Outside any transaction: an order is nobody's consequence. */
    Producer<String, SpecificRecord> orderWriter() {
        Map<String, Object> properties = common.clientConfig();
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        RecordSerde<SpecificRecord> serde = RecordSerde.ofAny(List.of(), schemas);
        return new KafkaProducer<>(properties, new StringSerializer(), serde.serializer());
    }

    /** Outside any transaction: progress is news, not truth. */
    Producer<String, SpecificRecord> progress() {
        Map<String, Object> properties = common.clientConfig();
        properties.put(ProducerConfig.CLIENT_ID_CONFIG, PROGRESS_CLIENT);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 1_000);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 5_000);
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 4_000);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        RecordSerde<SpecificRecord> serde = RecordSerde.ofAny(List.of(), schemas);
        return new KafkaProducer<>(properties, new StringSerializer(), serde.serializer());
    }

    @Override
    public void close() {
        schemas.close();
    }

    /**
     * A folder of this model on this topic alone: a batch in hand counts offsets of the topic it was read from, and would
     * be wrong on any other of the same name.
     */
    private String checkpointFolder() {
        String topic = common.topics().batches();
        try (var admin = new TopicAdmin(common.clientConfig())) {
            String id =
                    admin.topicId(topic).orElseThrow(() -> new ConfigurationException("there is no topic " + topic));
            return "%s%s-%s".formatted(common.topics().prefix(), common.model(), id);
        }
    }

    private TopicStore topicStore(String folder) {
        Map<String, Object> properties = common.clientConfig();
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        return new TopicStore(
                common.topics().learnerCheckpoints(),
                folder,
                new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer()),
                () -> new KafkaConsumer<>(readCommitted(), new StringDeserializer(), new ByteArrayDeserializer()),
                BROKER_PATIENCE);
    }

    private Map<String, Object> readCommitted() {
        var properties = new HashMap<>(common.clientConfig());
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        return properties;
    }
}
