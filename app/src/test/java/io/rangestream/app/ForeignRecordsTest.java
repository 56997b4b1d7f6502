package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Erasure;
import io.rangestream.avro.LearnerProgress;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.learner.Learner;
import io.rangestream.learner.config.CheckpointConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.updates.VersionKey;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Records on the learner's topics that no sampler wrote, records that are gone, and records that cannot be read yet. */
class ForeignRecordsTest {
    private static final String TASK = "0_0";
    private static final RecordCodec CODEC = new RecordCodec(
            List.of(
                    TrainingBatch.getClassSchema(),
                    Erasure.getClassSchema(),
                    LearnerProgress.getClassSchema(),
                    ModelUpdate.getClassSchema()),
            SchemaSource.NONE);

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    static Path directory;

    private static LearnerRun.Log log;

    @BeforeAll
    static void draw() throws InterruptedException {
        log = LearnerRun.Log.draw(BROKER, "foreign-source.", 240, directory);
        assertTrue(log.versions() >= 3, "versions: " + log.versions());
    }

    @Test
    void foreignBatchesAreCountedAndChangeNothingAlsoWhenTheLearnerIsStoppedAmongThem() throws Exception {
        LearnerRun calm = run("foreign-calm.").trainUndisturbed(log);
        LearnerRun run = run("foreign.");
        int half = LearnerRun.BATCHES_PER_VERSION + 1;
        byte[] text = "no record".getBytes(StandardCharsets.UTF_8);

        // Given foreign records among the first batches, the last of them not proven foreign
        send(run, TASK, text);
        send(run, TASK, CODEC.encode(batch(0, 1_000_000)));
        send(run, null, text);
        send(run, "faces", log.batches().get(0).value());
        send(run, "0_77", log.batches().get(0).value());
        run.send(log.batches().subList(0, half));
        send(run, TASK, null);
        send(run, TASK, log.batches().get(1).value());
        send(run, TASK, text);
        try (Learner learner = WholeWay.learner(run.settings())) {
            WholeWay.await("the first half is trained on", () -> {
                WholeWay.requireAlive(learner);
                return learner.status().batches() >= half && learner.status().foreignRecords() >= 7;
            });
        }

        // When the learner is stopped there, and goes on
        send(run, TASK, CODEC.encode(batch(half, 999_999_999_999L)));
        run.send(log.batches().subList(half, log.batches().size()));
        try (Learner learner = WholeWay.learner(run.settings())) {
            WholeWay.await("every version is there", () -> {
                WholeWay.requireAlive(learner);
                return learner.status().version() >= log.versions();
            });

            // Then every foreign record is counted once, and the versions are those of the undisturbed learner
            assertEquals(9, learner.status().foreignRecords());
            assertEquals("", learner.status().waitsFor());
        }
        assertEquals(weights(calm), weights(run));
        assertEquals(9, last(run).getTraining().getForeignRecords());
    }

    @Test
    void aMissingBatchStopsTrainingUntilACommandNamesIt() throws Exception {
        LearnerRun run = run("missing.");
        int missing = 1;
        run.send(log.batches().subList(0, missing));
        run.send(log.batches().subList(missing + 1, log.batches().size()));
        List<String> command =
                List.of("models", "go-on", TASK, Integer.toString(missing + 2), "--reason", "lost with a disk");
        try (Learner learner = WholeWay.learner(run.settings())) {
            WholeWay.await("the learner says what it waits for", () -> {
                WholeWay.requireAlive(learner);
                return learner.status().waitsFor().contains(String.join(" ", command.subList(0, 4)));
            });
            assertTrue(learner.isLive());
            assertFalse(learner.isReady());
            assertEquals(missing, learner.status().batches());
            assertEquals(List.of(), run.versions());

            CommandRun wrong = CommandRun.of(
                    BROKER, "missing.", List.of("models", "go-on", TASK, "7", "--reason", "a slip of the pen"));
            assertEquals(1, wrong.exit());
            assertTrue(wrong.err().contains("does not wait to go on with batch 7"), wrong.err());
            CommandRun right = CommandRun.of(BROKER, "missing.", command);
            assertEquals(0, right.exit(), right.err());
            WholeWay.await("training goes on", () -> learner.status().version() >= 1);
        }
        ModelUpdate first = firstEvent(run.common());
        assertTrue(
                first.getReason()
                        .contains(
                                "by order, training went on with batch 3 of sampler task 0_0 without the 1 before it"),
                first.getReason());
        assertEquals(1, first.getTraining().getLostRecords());
    }

    @Test
    void anErasureIsAcknowledgedOnlyWhenTheHoldoutCanBeReadToIt() throws Exception {
        LearnerRun run = run("hanging.");
        CommonConfig common = run.common();
        run.send(log.batches());
        TrainingBatch last = batch(log.batches().size() - 1, 0);
        ConsumerRecord<byte[], byte[]> heldOut = log.holdout().get(0);
        String identity = new String(heldOut.key(), StandardCharsets.UTF_8).replaceAll("/.*", "");
        long number = log.holdout().size() + 1;
        Map<String, Object> config = common.clientConfig();
        config.put("transactional.id", "hanging");
        config.put("transaction.timeout.ms", "600000");
        try (Learner learner = WholeWay.learner(run.settings());
                var hanging = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            WholeWay.await("the batches are trained on", () -> {
                WholeWay.requireAlive(learner);
                return learner.status().batches() >= log.batches().size();
            });

            // Given an open transaction on the holdout, and an erasure behind it
            hanging.initTransactions();
            hanging.beginTransaction();
            hanging.send(new ProducerRecord<>(common.topics().facesHoldout(), heldOut.key(), null))
                    .get();
            try (var producer =
                    new KafkaProducer<>(common.clientConfig(), new ByteArraySerializer(), new ByteArraySerializer())) {
                var tombstone =
                        new ProducerRecord<byte[], byte[]>(common.topics().facesHoldout(), heldOut.key(), null);
                tombstone.headers().add("rs-task", TASK.getBytes(StandardCharsets.UTF_8));
                tombstone
                        .headers()
                        .add("rs-holdout-index", Long.toString(number).getBytes(StandardCharsets.UTF_8));
                producer.send(tombstone).get();
            }
            long sequence = log.batches().size() + 1;
            send(run, TASK, CODEC.encode(new Erasure(TASK, sequence, identity, 0L, number, -1, -1)));

            // Then the learner waits, says so, and acknowledges nothing
            WholeWay.await("the learner says what it waits for", () -> {
                WholeWay.requireAlive(learner);
                return learner.status().waitsFor().contains("transaction");
            });
            assertFalse(learner.isReady());
            assertEquals(-1, acknowledged(common));

            // until the transaction ends.
            hanging.abortTransaction();
            WholeWay.await("the erasure is acknowledged", () -> acknowledged(common) == sequence);
            // A crash now would not undo it.
            try (Stream<Path> files = Files.walk(directory.resolve("hanging."))) {
                assertTrue(files.anyMatch(file -> file.endsWith("in-hand.ckpt")));
            }
            assertTrue(learner.isReady());
        }
        assertTrue(last.getHoldoutRecords() < number);
    }

    private static LearnerRun run(String prefix) {
        return LearnerRun.of(BROKER, prefix, CheckpointConfig.DIRECTORY, directory.resolve(prefix), Map.of())
                .begin(log);
    }

    /** A batch of the log with another sequence. */
    private static TrainingBatch batch(int index, long sequence) {
        var batch = (TrainingBatch) CODEC.decode(log.batches().get(index).value());
        batch.setSequence(sequence);
        return batch;
    }

    /** As the version was published; later ones change its event. */
    private static ModelUpdate firstEvent(CommonConfig common) {
        try (var updates = new TopicLog(common, common.topics().modelUpdates())) {
            return updates.readToEnd().stream()
                    .filter(record -> VersionKey.parse(record.key()).isPresent()) // Or it is a heartbeat.
                    .map(record -> (ModelUpdate) CODEC.decode(record.value()))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static long acknowledged(CommonConfig common) {
        try (var progress = new TopicLog(common, common.topics().learnerProgress())) {
            return progress.readToEnd().stream()
                    .map(record -> ((LearnerProgress) CODEC.decode(record.value())).getErasures())
                    .mapToLong(erasures -> erasures.getOrDefault(TASK, -1L))
                    .max()
                    .orElse(-1);
        }
    }

    private static void send(LearnerRun run, @Nullable String key, byte @Nullable [] value) throws Exception {
        try (var producer = new KafkaProducer<byte[], byte[]>(
                run.common().clientConfig(), new ByteArraySerializer(), new ByteArraySerializer())) {
            byte[] keyBytes = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
            producer.send(new ProducerRecord<>(run.common().topics().batches(), 0, keyBytes, value))
                    .get();
        }
    }

    private static List<String> weights(LearnerRun run) {
        return run.versions().stream()
                .map(update -> update.getArtifact().getSha256())
                .toList();
    }

    private static ModelUpdate last(LearnerRun run) {
        List<ModelUpdate> versions = run.versions();
        return versions.get(versions.size() - 1);
    }
}
