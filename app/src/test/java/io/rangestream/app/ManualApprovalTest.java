package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.client.ClientConfig;
import io.rangestream.client.ModelFollower;
import io.rangestream.learner.Learner;
import io.rangestream.learner.config.CheckpointConfig;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.sampler.Sampler;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Nothing is served before an operator says so, also when newer versions wait by then. */
class ManualApprovalTest {
    private static final String PREFIX = "approved.";

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path directory;

    @Test
    void anOlderCandidateIsPromotedServedAndComparedWith() throws Exception {
        // Given candidates, of which the newest checkpoint alone would stay
        var keys = new HashMap<>(WholeWay.small(directory));
        keys.put(LearnerConfig.PROMOTION_APPROVAL, "manual");
        keys.put(CheckpointConfig.RETAIN, "1");
        Settings settings = BROKER.settings(PREFIX, keys);
        try (ModelFollower follower = ModelFollower.start(CommonConfig.from(settings), ClientConfig.from(settings));
                Sampler sampler = WholeWay.sampler(settings);
                Learner learner = WholeWay.learner(settings)) {
            WholeWay.ingest(settings, 60, 400);
            awaitVersion(learner, 2);
            List<ModelUpdate> waiting = WholeWay.versions(settings);
            assertTrue(
                    waiting.stream().allMatch(version -> version.getStatus() == ModelStatus.CANDIDATE),
                    waiting.toString());
            assertTrue(follower.current().isEmpty(), "nothing is served");

            // When the first one is promoted
            CommandRun promoted = CommandRun.of(
                    BROKER, PREFIX, List.of("models", "promote", "1", "--expect", "0", "--reason", "looked at it"));

            // Then it is served, and the newer ones go on waiting
            assertEquals(0, promoted.exit(), promoted.err());
            WholeWay.await(
                    "version 1 is served",
                    () -> follower.current().filter(v -> v.version() == 1).isPresent());
            long newest = WholeWay.versions(settings).size();
            assertEquals(ModelStatus.CANDIDATE, version(settings, newest).getStatus());

            // And the next version is compared with it, and told whether its embeddings compare with the first one's
            WholeWay.ingest(settings, 60, 1200);
            awaitVersion(learner, newest + 1);
            ModelUpdate next = version(settings, newest + 1);
            assertEquals(1, next.getEvaluation().getPromotedVersion());
            assertNotNull(next.getEvaluation().getPromotedAuc());
            assertEquals(1, next.getEvaluation().getCrossVersion().get(0).getVersion());
            assertEquals("looked at it", version(settings, 1).getReason());
            assertEquals(1, follower.current().orElseThrow().version());
        }
    }

    private static void awaitVersion(Learner learner, long version) throws InterruptedException {
        WholeWay.await("version " + version, () -> {
            WholeWay.requireAlive(learner);
            return learner.status().version() >= version;
        });
    }

    private static ModelUpdate version(Settings settings, long number) {
        return WholeWay.versions(settings).get((int) number - 1);
    }
}
