package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.app.broker.EmbeddedBroker;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.Learner;
import io.rangestream.learner.config.CheckpointConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.topics.TopicAdmin;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A learner whose producer is no good any more goes on with another: the same versions, none twice. */
class LearnerRecoveryTest {
    private static final int EACH = LearnerRun.BATCHES_PER_VERSION;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path directory;

    @Test
    void aLearnerWhoseTransactionalIdExpiredOrWasUsedByACommandGoesOnWithAnotherProducer() throws Exception {
        LearnerRun.Log log = LearnerRun.Log.draw(BROKER, "recovery-source.", 120, directory);
        assertTrue(log.versions() >= 3, "versions: " + log.versions());
        LearnerRun calm = run("recovery-calm.", BROKER.bootstrapServers(), log);
        calm.send(log.batches().subList(0, 3 * EACH));
        try (Learner learner = WholeWay.learner(calm.settings())) {
            awaitVersion(learner, 3);
        }
        try (EmbeddedBroker forgetful = EmbeddedBroker.start(
                directory.resolve("broker"),
                0,
                Map.of(
                        "transactional.id.expiration.ms", "2000",
                        "transaction.remove.expired.transaction.cleanup.interval.ms", "200"))) {
            LearnerRun run = run("recovery.", forgetful.bootstrapServers(), log);
            String transactionalId = run.common().topics().prefix() + "rangestream-learner-"
                    + run.common().model();
            try (Learner learner = WholeWay.learner(run.settings())) {
                // Given a learner that has been idle for longer than the broker keeps its transactional id
                run.send(log.batches().subList(0, EACH));
                awaitVersion(learner, 1);
                WholeWay.await(
                        "the broker forgets " + transactionalId, () -> isForgotten(run.common(), transactionalId));

                // When there is something to publish again, then it is published
                run.send(log.batches().subList(EACH, 2 * EACH));
                awaitVersion(learner, 2);

                // And as well after a command that took no learner to be there
                fence(run.common(), transactionalId);
                run.send(log.batches().subList(2 * EACH, 3 * EACH));
                awaitVersion(learner, 3);
                assertTrue(learner.failure().isEmpty());
            }
            run.requireSound();
            run.requireEqual(calm);
            assertEquals(
                    LongStream.rangeClosed(1, run.versions().size()).boxed().toList(),
                    run.versions().stream().map(ModelUpdate::getVersion).toList());
        }
    }

    @Test
    void aLearnerThatRetentionHasOvertakenReadsOnWhereTheTopicBegins() throws Exception {
        LearnerRun.Log log = LearnerRun.Log.draw(BROKER, "overtaken-source.", 80, directory);
        LearnerRun run = LearnerRun.of(
                        BROKER, "overtaken.", CheckpointConfig.DIRECTORY, directory.resolve("overtaken"), Map.of())
                .begin(log);
        run.send(log.batches().subList(0, EACH));
        var batches = new TopicPartition(run.common().topics().batches(), 0);
        var properties = run.common().clientConfig();
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "overtaken");
        try (Learner learner = WholeWay.learner(run.settings());
                var other = new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
                var admin = Admin.create(run.common().clientConfig())) {
            awaitVersion(learner, 1);
            // Given records that the learner cannot read yet
            other.initTransactions();
            other.beginTransaction();
            other.send(new ProducerRecord<>(batches.topic(), 0, "foreign", "foreign"))
                    .get();

            // When they are deleted
            admin.deleteRecords(Map.of(batches, RecordsToDelete.beforeOffset(-1)))
                    .all()
                    .get();
            Thread.sleep(3_000);
            other.abortTransaction();

            // Then it goes on with what comes next
            run.send(log.batches().subList(EACH, 2 * EACH));
            awaitVersion(learner, 2);
        }
    }

    private LearnerRun run(String prefix, String bootstrapServers, LearnerRun.Log log) {
        Settings there = Settings.of(Map.of(CommonConfig.BOOTSTRAP_SERVERS, bootstrapServers))
                .orElse(LearnerRun.of(BROKER, prefix, CheckpointConfig.DIRECTORY, directory.resolve(prefix), Map.of())
                        .settings());
        CommonConfig common = CommonConfig.from(there);
        try (var admin = new TopicAdmin(common.clientConfig())) {
            admin.create(common.topics(), (short) 1);
        }
        return new LearnerRun(there).begin(log);
    }

    private static void awaitVersion(Learner learner, long version) throws InterruptedException {
        WholeWay.await("version " + version, () -> {
            WholeWay.requireAlive(learner);
            return learner.status().version() >= version;
        });
    }

    private static boolean isForgotten(CommonConfig common, String transactionalId) {
        try (var admin = Admin.create(common.clientConfig())) {
            admin.describeTransactions(List.of(transactionalId)).all().get();
            return false;
        } catch (ExecutionException e) {
            return e.getCause() instanceof TransactionalIdNotFoundException;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As {@code models promote} does where no learner is in the group. */
    private static void fence(CommonConfig common, String transactionalId) {
        var properties = common.clientConfig();
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        try (var producer = new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
        }
    }
}
