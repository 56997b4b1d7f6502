package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.Learner;
import io.rangestream.sampler.Sampler;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.topics.TopicAdmin;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Faces that are gone before they are read, and topics that are gone under the sampler. */
class LostInputTest {
    private static final int PEOPLE = 40;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path directory;

    @Test
    void facesDeletedBeforeTheyWereReadAreCountedAndInTheNextUpdate() throws Exception {
        Settings settings = settings("lost.");
        CommonConfig common = CommonConfig.from(settings);
        // Given a sampler that has read some faces and is gone
        try (Sampler sampler = WholeWay.sampler(settings)) {
            WholeWay.ingest(settings, PEOPLE, 100);
            WholeWay.await("the faces are read", () -> sampler.status().accepted() == 100);
            assertEquals(List.of(), sampler.remarks());
        }
        // When retention takes what came meanwhile
        WholeWay.ingest(settings, PEOPLE, 400);
        var partition = new TopicPartition(common.topics().faces(), 0);
        try (Admin admin = Admin.create(common.clientConfig())) {
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(250)))
                    .all()
                    .get();
        }
        // Then the sampler goes on with what is left, and says so, and so does the model
        try (Sampler sampler = WholeWay.sampler(settings);
                Learner learner = WholeWay.learner(settings)) {
            WholeWay.await("the rest is read", () -> {
                var s = sampler.status();
                return s.accepted() + s.duplicates() == 250;
            });
            assertEquals(
                    List.of("up to 150 faces were deleted from their topic before they were read"), sampler.remarks());
            assertTrue(sampler.isReady());
            WholeWay.await("the update says so", () -> lostFaces(settings) == 150);
            WholeWay.requireAlive(learner);
        }
    }

    @Test
    void aTopicDeletedUnderTheSamplerIsSaidAndPutsItOutOfReadinessUntilItIsBack() throws Exception {
        Settings settings = settings("deleted.");
        CommonConfig common = CommonConfig.from(settings);
        try (Sampler sampler = WholeWay.sampler(settings);
                Admin admin = Admin.create(common.clientConfig())) {
            WholeWay.ingest(settings, PEOPLE, 100);
            WholeWay.await("the faces are read", () -> sampler.status().accepted() == 100);
            assertTrue(sampler.isReady());

            admin.deleteTopics(List.of(common.topics().batches())).all().get();
            WholeWay.ingest(settings, PEOPLE, 200);
            WholeWay.await("it says what is missing", () -> !sampler.isReady());
            assertEquals(List.of("missing topics: deleted.batches"), sampler.remarks());
            assertTrue(sampler.isLive(), "a restart would not help");

            try (var topics = new TopicAdmin(common.clientConfig())) {
                topics.create(common.topics(), (short) 1);
            }
            WholeWay.await(
                    "it goes on",
                    () -> sampler.isReady() && end(admin, common.topics().batches()) > 0);
            assertEquals(List.of(), sampler.remarks());
            assertFalse(sampler.failure().isPresent());
        }
    }

    private Settings settings(String prefix) {
        var settings = new HashMap<>(WholeWay.small(directory.resolve(prefix)));
        settings.put(SamplerConfig.STUCK_AFTER, "5000");
        settings.put(SamplerConfig.HOLDOUT_IDENTITIES_PER_MILLE, "0");
        settings.put(SamplerConfig.HOLDOUT_FACES_PER_MILLE, "0");
        return BROKER.settings(prefix, settings);
    }

    private static long lostFaces(Settings settings) {
        return WholeWay.versions(settings).stream()
                .map(ModelUpdate::getTraining)
                .mapToLong(training -> training.getLostFaces())
                .max()
                .orElse(0);
    }

    private static long end(Admin admin, String topic) {
        var partition = new TopicPartition(topic, 0);
        try {
            return admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                    .partitionResult(partition)
                    .get()
                    .offset();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
