package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.LearnerProgress;
import io.rangestream.avro.LearnerState;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.Learner;
import io.rangestream.learner.config.CheckpointConfig;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.sampler.Sampler;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Topics of their own with a fixed log of batches, for learners that are to come to the same weights, whatever happens to them:
 * the same records at the same offsets in every run of one log.
 *
 * @param settings of the learners
 */
record LearnerRun(Settings settings) {
    static final int BATCHES_PER_VERSION = 3;
    private static final RecordCodec PROGRESS =
            new RecordCodec(List.of(LearnerProgress.getClassSchema()), SchemaSource.NONE);

    /** What a sampler made of some faces: its batches, its holdout, and the schemas of both. */
    record Log(
            List<ConsumerRecord<byte[], byte[]>> schemas,
            List<ConsumerRecord<byte[], byte[]>> holdout,
            List<ConsumerRecord<byte[], byte[]>> batches) {

        /** Batches of 4 people with 2 crops, about one for eight faces. */
        static Log draw(SharedBroker broker, String prefix, int faces, Path directory) throws InterruptedException {
            Settings settings = broker.settings(
                    prefix,
                    Map.of(
                            SamplerConfig.BATCH_IDENTITIES, "4",
                            SamplerConfig.BATCH_SAMPLES, "2",
                            SamplerConfig.START_IDENTITIES, "8",
                            SamplerConfig.MAX_BATCHES_AHEAD, "1000000",
                            SamplerConfig.STATE_DIR, directory.resolve("state").toString()));
            try (Sampler sampler = WholeWay.sampler(settings)) {
                WholeWay.ingest(settings, Math.max(20, faces / 20), faces);
                WholeWay.await("the sampler has taken every face", () -> taken(sampler) >= faces);
            }
            CommonConfig common = CommonConfig.from(settings);
            return new Log(
                    read(common, common.topics().schemas()),
                    read(common, common.topics().facesHoldout()),
                    read(common, common.topics().batches()));
        }

        int versions() {
            return batches.size() / BATCHES_PER_VERSION;
        }

        private static long taken(Sampler sampler) {
            var status = sampler.status();
            return status.accepted() + status.heldOut() + status.duplicates() + status.rejected();
        }

        private static List<ConsumerRecord<byte[], byte[]>> read(CommonConfig common, String topic) {
            try (var log = new TopicLog(common, topic)) {
                return log.readToEnd();
            }
        }
    }

    /** @param store where its checkpoints are kept */
    static LearnerRun of(SharedBroker broker, String prefix, String store, Path directory, Map<String, String> more) {
        var settings = new HashMap<>(Map.of(
                LearnerConfig.INPUT_SIZE, "32",
                LearnerConfig.WIDTH, "0.25",
                LearnerConfig.EMBEDDING_DIM, "16",
                LearnerConfig.THREADS, "1",
                LearnerConfig.PUBLISH_EVERY_BATCHES, Integer.toString(BATCHES_PER_VERSION),
                LearnerConfig.PUBLISH_MAX_INTERVAL, "0",
                CheckpointConfig.STORE, store,
                CheckpointConfig.DIR, directory.resolve("checkpoints").toString()));
        settings.putAll(more);
        return new LearnerRun(broker.settings(prefix, settings));
    }

    CommonConfig common() {
        return CommonConfig.from(settings);
    }

    /** Sends what of the log there has to be before the first batch. */
    LearnerRun begin(Log log) {
        send(common().topics().schemas(), log.schemas());
        send(common().topics().facesHoldout(), log.holdout());
        return this;
    }

    LearnerRun send(List<ConsumerRecord<byte[], byte[]>> batches) {
        send(common().topics().batches(), batches);
        return this;
    }

    /** What a learner in this process makes of the log that nobody disturbs. */
    LearnerRun trainUndisturbed(Log log) throws InterruptedException {
        send(log.batches());
        try (Learner learner = WholeWay.learner(settings)) {
            for (int version = 1; version <= log.versions(); version++) {
                int next = version;
                WholeWay.await("version %d of the undisturbed learner".formatted(next), () -> {
                    WholeWay.requireAlive(learner);
                    return learner.status().version() >= next;
                });
            }
        }
        return this;
    }

    List<ModelUpdate> versions() {
        return WholeWay.versions(settings);
    }

    void awaitVersions(int count, RoleProcess... learners) throws InterruptedException {
        WholeWay.await(count + " versions are there", () -> {
            for (RoleProcess learner : learners) {
                assertTrue(!learner.hasEndedByItself(), learner::log);
            }
            return versions().size() >= count;
        });
    }

    /** Waits until a learner says that it has trained on so many batches. */
    void awaitBatches(long count, RoleProcess learner) throws InterruptedException {
        try (var progress = new TopicLog(common(), common().topics().learnerProgress())) {
            WholeWay.await(count + " batches are trained on", () -> {
                assertTrue(!learner.hasEndedByItself(), learner::log);
                return progress.readToEnd().stream()
                        .map(record -> (LearnerProgress) PROGRESS.decode(record.value()))
                        .anyMatch(record -> record.getBatches() >= count);
            });
        }
    }

    /** Deletes the first of the log, as retention does. */
    void deleteBatchesBefore(int index) throws Exception {
        TopicPartition partition = new TopicPartition(common().topics().batches(), 0);
        long offset;
        try (var log = new TopicLog(common(), partition.topic())) {
            offset = log.readToEnd().get(index).offset();
        }
        try (var admin = Admin.create(common().clientConfig())) {
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset)))
                    .all()
                    .get();
        }
    }

    /** Waits until a learner says that it has begun to make a version. */
    void awaitEvaluation(RoleProcess learner) throws InterruptedException {
        try (var progress = new TopicLog(common(), common().topics().learnerProgress())) {
            int before = progress.readToEnd().size();
            WholeWay.await("a version is being made", () -> {
                assertTrue(!learner.hasEndedByItself(), learner::log);
                return progress.readToEnd().stream()
                        .skip(before)
                        .map(record -> (LearnerProgress) PROGRESS.decode(record.value()))
                        .anyMatch(record -> record.getState() == LearnerState.EVALUATING);
            });
        }
    }

    /** Versions without a gap, each the child of the one before, and each batch in exactly one interval. */
    void requireSound() {
        List<ModelUpdate> versions = versions();
        assertEquals(
                LongStream.rangeClosed(1, versions.size()).boxed().toList(),
                versions.stream().map(ModelUpdate::getVersion).toList());
        List<Long> batches;
        try (var log = new TopicLog(common(), common().topics().batches())) {
            batches = log.readToEnd().stream().map(ConsumerRecord::offset).toList();
        }
        long begin = 0;
        for (ModelUpdate update : versions) {
            assertEquals(update.getVersion() - 1, update.getParentVersion());
            long from = begin;
            long to = update.getTraining().getOffsets().values().iterator().next();
            assertEquals(
                    BATCHES_PER_VERSION,
                    batches.stream()
                            .filter(offset -> offset >= from && offset < to)
                            .count(),
                    "batches in the interval of version " + update.getVersion());
            assertEquals(
                    BATCHES_PER_VERSION * update.getVersion(),
                    update.getTraining().getBatches());
            begin = to;
        }
    }

    /** Byte for byte the same weights in every version, and the same training state behind them. */
    void requireEqual(LearnerRun undisturbed) {
        List<ModelUpdate> expected = undisturbed.versions();
        List<ModelUpdate> actual = versions();
        assertEquals(
                expected.stream()
                        .map(update -> update.getArtifact().getSha256())
                        .toList(),
                actual.stream().map(update -> update.getArtifact().getSha256()).toList());
        assertEquals(checkpoint(expected.get(expected.size() - 1)), checkpoint(actual.get(actual.size() - 1)));
    }

    private static String checkpoint(ModelUpdate update) {
        return update.getTraining().getCheckpointSha256();
    }

    private void send(String topic, List<ConsumerRecord<byte[], byte[]>> records) {
        try (var producer =
                new KafkaProducer<>(common().clientConfig(), new ByteArraySerializer(), new ByteArraySerializer())) {
            records.forEach(record ->
                    producer.send(new ProducerRecord<>(topic, 0, record.key(), record.value(), record.headers())));
        }
    }
}
