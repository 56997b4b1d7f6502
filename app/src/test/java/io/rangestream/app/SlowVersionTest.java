package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.LearnerState;
import io.rangestream.learner.Learner;
import io.rangestream.learner.config.CheckpointConfig;
import io.rangestream.learner.config.ClaimCheckConfig;
import io.rangestream.schemas.storage.StorageConfig;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A version that takes longer to make than a member of a group may stay away from its broker. */
class SlowVersionTest {
    private static final int POLL_INTERVAL_MILLIS = 8_000;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path directory;

    @Test
    void theGroupKeepsItsLearnerWhileAVersionIsMadeAndTakesInAStandby() throws Exception {
        LearnerRun.Log log = LearnerRun.Log.draw(BROKER, "slow-source.", 200, directory);
        try (var store = new SlowStore()) {
            LearnerRun run = LearnerRun.of(
                            BROKER,
                            "slow.",
                            CheckpointConfig.DIRECTORY,
                            directory,
                            Map.of(
                                    "kafka.max.poll.interval.ms",
                                    Integer.toString(POLL_INTERVAL_MILLIS),
                                    ClaimCheckConfig.BYTES,
                                    "1",
                                    ClaimCheckConfig.STORE,
                                    "s3://models/claims",
                                    StorageConfig.ENDPOINT,
                                    store.endpoint(),
                                    StorageConfig.ACCESS_KEY,
                                    "access",
                                    StorageConfig.SECRET_KEY,
                                    "secret"))
                    .begin(log);
            try (Learner first = WholeWay.learner(run.settings())) {
                WholeWay.await("the first trains", first::isReady);

                // Given a learner in the middle of making a version
                run.send(log.batches().subList(0, LearnerRun.BATCHES_PER_VERSION));
                WholeWay.await("a version is being stored", store::isAsked);
                assertEquals(LearnerState.EVALUATING, first.status().state());

                // When a standby joins its group, and more time passes than a member may stay away
                try (Learner second = WholeWay.learner(run.settings())) {
                    WholeWay.await("the second stands by", second::isReady);
                    Thread.sleep(POLL_INTERVAL_MILLIS + POLL_INTERVAL_MILLIS / 2);
                    assertEquals(0, first.status().version());
                    store.release();

                    // Then the first publishes it, and goes on to train
                    run.send(log.batches().subList(LearnerRun.BATCHES_PER_VERSION, 2 * LearnerRun.BATCHES_PER_VERSION));
                    WholeWay.await("the first has made two versions", () -> {
                        WholeWay.requireAlive(first);
                        WholeWay.requireAlive(second);
                        return first.status().version() == 2;
                    });
                    assertEquals(LearnerState.STARTING, second.status().state());
                    assertTrue(second.isLive());
                }
                assertFalse(first.failure().isPresent());
            }
            run.requireSound();
            assertEquals(2, run.versions().size());
        }
    }
}
