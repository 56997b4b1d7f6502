package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.rangestream.avro.LearnerState;
import io.rangestream.avro.ModelOrder;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.OrderOutcome;
import io.rangestream.client.ClientConfig;
import io.rangestream.client.ModelFollower;
import io.rangestream.learner.Learner;
import io.rangestream.learner.config.CheckpointConfig;
import io.rangestream.sampler.Sampler;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Orders about versions, by command: settled by the learner where one runs, by the command where none does. */
class ModelOrdersTest {
    private static final String PREFIX = "ordered.";

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path directory;

    @Test
    void ordersAreSettledOnceByWhoeverIsThereAndTrainingBranchesWhereTheySay() throws Exception {
        var keys = new HashMap<>(WholeWay.small(directory));
        keys.put(CheckpointConfig.RETAIN, "20");
        Settings settings = BROKER.settings(PREFIX, keys);
        CommonConfig common = CommonConfig.from(settings);
        try (ModelFollower follower = ModelFollower.start(common, ClientConfig.from(settings))) {
            // Given a running learner with three versions, of which the last is served
            draw(settings, 700);
            try (Learner learner = WholeWay.learner(settings)) {
                awaitVersion(learner, 3);
                long newest = learner.status().version();
                assertEquals(List.of(newest), promoted(settings));
                awaitServed(follower, newest);

                // When it is rolled back to the second, and training is to resume from there
                CommandRun mismatch = order("rollback", 2, newest - 1);
                CommandRun back = order("rollback", 2, newest, "--resume-from");

                // Then the learner has done so, and the client serves the older version
                assertEquals(1, mismatch.exit(), mismatch.out());
                assertTrue(
                        mismatch.err()
                                .endsWith("is refused: version %d is promoted, %d was expected"
                                        .formatted(newest, newest - 1)),
                        mismatch.err());
                assertEquals(0, back.exit(), back.err());
                assertTrue(
                        back.out()
                                .startsWith(
                                        "version 2 is promoted, version %d is rolled back; the next version continues from version 2"
                                                .formatted(newest)),
                        back.out());
                assertEquals(List.of(2L), promoted(settings));
                assertEquals(ModelStatus.ROLLED_BACK, version(settings, newest).getStatus());
                awaitServed(follower, 2);
            }

            // When there is no learner, the command itself promotes the newest and rolls back again
            long newest = WholeWay.versions(settings).size();
            CommandRun forward = order("promote", newest, 2);
            assertEquals(0, forward.exit(), forward.err());
            awaitServed(follower, newest);
            CommandRun again = order("rollback", 2, newest);
            assertEquals(0, again.exit(), again.err());
            awaitServed(follower, 2);

            // Then the next learner goes on from the second version, and settles nothing twice
            draw(settings, 1200);
            try (Learner learner = WholeWay.learner(settings)) {
                awaitVersion(learner, newest + 1);
            }
            List<ModelUpdate> versions = WholeWay.versions(settings);
            assertEquals(2, version(settings, newest + 1).getParentVersion());
            for (int i = 0; i < versions.size(); i++) {
                assertEquals(i + 1, versions.get(i).getVersion(), "gapless");
            }
            assertEquals(1, promoted(settings).size());
            List<String> given = ids(common, ModelOrder.class::isInstance);
            assertEquals(4, given.size());
            assertEquals(given, ids(common, OrderOutcome.class::isInstance));
            assertEquals(
                    List.of(ModelStatus.PROMOTED, ModelStatus.ROLLED_BACK, ModelStatus.PROMOTED),
                    version(settings, newest).getEarlierStatuses().stream()
                            .map(change -> change.getStatus())
                            .toList(),
                    "each order changed it once");

            // And an operator can see all of it
            CommandRun shown = models("show", Long.toString(newest));
            CommandRun json = models("show", "--json", Long.toString(newest));
            CommandRun listed = models("list");
            assertTrue(
                    shown.out().contains("ROLLED_BACK: as the test wants (order %s)".formatted(given.get(3))),
                    shown.out());
            assertTrue(
                    shown.out()
                            .contains("the next version continues from version 2 (order %s)".formatted(given.get(1))),
                    shown.out());
            assertEquals(
                    given.get(3),
                    new ObjectMapper().readTree(json.out()).get("order_id").asText());
            assertTrue(listed.out().contains("ROLLED_BACK"), listed.out());
            assertTrue(listed.out().lines().skip(2).findFirst().orElseThrow().contains("       1  "), listed.out());
        }
    }

    private static void draw(Settings settings, int faces) throws InterruptedException {
        try (Sampler sampler = WholeWay.sampler(settings)) {
            WholeWay.ingest(settings, 60, faces);
            WholeWay.await("the sampler has taken every face", () -> {
                var status = sampler.status();
                return status.accepted() + status.heldOut() + status.duplicates() + status.rejected() >= faces;
            });
        }
    }

    private static void awaitVersion(Learner learner, long version) throws InterruptedException {
        WholeWay.await("version " + version + " and nothing left to train on", () -> {
            WholeWay.requireAlive(learner);
            return learner.status().version() >= version
                    && learner.status().backlog() == 0
                    && learner.status().state() == LearnerState.IDLE;
        });
    }

    private static void awaitServed(ModelFollower follower, long version) throws InterruptedException {
        WholeWay.await(
                "version " + version + " is served",
                () -> follower.current().filter(v -> v.version() == version).isPresent());
    }

    private static List<Long> promoted(Settings settings) {
        return WholeWay.versions(settings).stream()
                .filter(version -> version.getStatus() == ModelStatus.PROMOTED)
                .map(ModelUpdate::getVersion)
                .toList();
    }

    private static ModelUpdate version(Settings settings, long number) {
        return WholeWay.versions(settings).get((int) number - 1);
    }

    /** Ids on the topic of orders, as often as they are there. */
    private static List<String> ids(CommonConfig common, Predicate<SpecificRecord> which) {
        var codec =
                new RecordCodec(List.of(ModelOrder.getClassSchema(), OrderOutcome.getClassSchema()), SchemaSource.NONE);
        try (var log = new TopicLog(common, common.topics().modelOrders())) {
            return log.readToEnd().stream()
                    .filter(record -> which.test(codec.decode(record.value())))
                    .map(record -> new String(record.key(), StandardCharsets.UTF_8))
                    .toList();
        }
    }

    private CommandRun order(String kind, long version, long expected, String... more) {
        var all = new ArrayList<>(List.of("models", kind, Long.toString(version)));
        all.addAll(List.of("--expect", Long.toString(expected), "--reason", "as the test wants"));
        all.addAll(List.of(more));
        all.addAll(List.of(
                "-D", CheckpointConfig.DIR + "=" + directory.resolve("checkpoints"), "-D", "learner.threads=2"));
        return run(all);
    }

    private static CommandRun models(String... arguments) {
        var all = new ArrayList<>(List.of("models"));
        all.addAll(List.of(arguments));
        return run(all);
    }

    private static CommandRun run(List<String> arguments) {
        return CommandRun.of(BROKER, PREFIX, arguments);
    }
}
