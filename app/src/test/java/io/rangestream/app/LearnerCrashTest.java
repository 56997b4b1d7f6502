package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.config.CheckpointConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A learner process is killed with SIGKILL at random moments, also while it makes a version. What it leaves behind is compared
 * with what a learner made of the same log that nobody disturbed.
 */
class LearnerCrashTest {
    private static final int LEAST_VERSIONS = 20;
    /** A version is evaluated, written and published within that, most of the time. */
    private static final int WITHIN_PUBLICATION_MS = 150;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path directory;

    @Test
    void threeKillsLeaveNoTrace() throws Exception {
        killsLeaveNoTrace(3, 700, CheckpointConfig.DIRECTORY, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {CheckpointConfig.KAFKA, CheckpointConfig.DIRECTORY})
    @Tag("scenario")
    void thirtyKillsLeaveNoTrace(String store) throws Exception {
        killsLeaveNoTrace(30, 1_600, store, System.nanoTime());
    }

    private void killsLeaveNoTrace(int kills, int faces, String store, long seed) throws Exception {
        String prefix = "learners-%d-%s.".formatted(kills, store);
        LearnerRun.Log log = LearnerRun.Log.draw(BROKER, prefix + "source.", faces, directory);
        assertTrue(log.versions() >= LEAST_VERSIONS, "versions: " + log.versions());
        LearnerRun calm = run(prefix + "calm.", CheckpointConfig.DIRECTORY, log);
        LearnerRun crashed = run(prefix + "crashed.", store, log);
        var random = new Random(seed);
        int portion = log.batches().size() / (kills + 1); // So that there is always something left to do.

        // Given what a learner makes of the log that nobody disturbs
        calm.trainUndisturbed(log);

        // When another one is killed again and again
        try (var learner = new LearnerProcess(crashed.settings(), directory.resolve("learner"))) {
            learner.start();
            for (int kill = 0; kill < kills; kill++) {
                int moreThan = crashed.versions().size();
                crashed.send(log.batches().subList(kill * portion, (kill + 1) * portion));
                switch (kill % 3) {
                    case 0 -> {
                        crashed.awaitEvaluation(learner); // While it makes a version.
                        Thread.sleep(random.nextInt(WITHIN_PUBLICATION_MS));
                    }
                    case 1 -> {
                        crashed.awaitVersions(moreThan + 1, learner); // While it trains, most likely.
                        Thread.sleep(random.nextInt(500));
                    }
                    default -> Thread.sleep(random.nextInt(4_000)); // While it starts and restores.
                }
                learner.kill();
                learner.start();
            }
            crashed.send(log.batches().subList(kills * portion, log.batches().size()));
            crashed.awaitVersions(log.versions(), learner);
        }

        // Then the two have left the same behind
        calm.requireSound();
        crashed.requireSound();
        crashed.requireEqual(calm);
    }

    private LearnerRun run(String prefix, String store, LearnerRun.Log log) {
        Map<String, String> quickToNoticeAKill =
                Map.of("kafka.session.timeout.ms", "6000", "kafka.heartbeat.interval.ms", "1000");
        return LearnerRun.of(BROKER, prefix, store, directory.resolve(prefix), quickToNoticeAKill)
                .begin(log);
    }
}
