package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.Learner;
import io.rangestream.learner.config.CheckpointConfig;
import io.rangestream.learner.config.LearnerConfig;
import java.nio.file.Path;
import java.util.HashMap;
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

    private static final int IN_ONE_VERSION = 8;
    private static final int BETWEEN_CHECKPOINTS = 2;
    private static final int TRAINED_AT_THE_KILL = 5;
    private static final Map<String, String> QUICK_TO_NOTICE_A_KILL =
            Map.of("kafka.session.timeout.ms", "6000", "kafka.heartbeat.interval.ms", "1000");

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

    @Test
    void aKillBetweenVersionsCostsAtMostTheIntervalOfCheckpoints() throws Exception {
        aKillBetweenVersionsCostsAtMostTheInterval(CheckpointConfig.DIRECTORY, Map.of());
    }

    @Test
    @Tag("scenario")
    void aKillBetweenVersionsCostsAtMostTheIntervalOfCheckpointsOnATopic() throws Exception {
        aKillBetweenVersionsCostsAtMostTheInterval(CheckpointConfig.KAFKA, Map.of());
    }

    @Test
    @Tag("scenario")
    void aKillBetweenVersionsCostsAtMostTheIntervalOfCheckpointsInS3() throws Exception {
        try (var s3 = new S3Process()) {
            aKillBetweenVersionsCostsAtMostTheInterval("s3://" + S3Process.BUCKET + "/between", s3.settings());
        }
    }

    private void aKillBetweenVersionsCostsAtMostTheInterval(String store, Map<String, String> more) throws Exception {
        String prefix = "between-%d.".formatted(store.hashCode());
        var settings = new HashMap<>(more);
        settings.put(LearnerConfig.PUBLISH_EVERY_BATCHES, Integer.toString(IN_ONE_VERSION));
        settings.put(CheckpointConfig.EVERY_BATCHES, Integer.toString(BETWEEN_CHECKPOINTS));
        settings.put(CheckpointConfig.MAX_INTERVAL, "0");
        settings.putAll(QUICK_TO_NOTICE_A_KILL);
        LearnerRun.Log log = LearnerRun.Log.draw(BROKER, prefix + "source.", 120, directory);
        var batches = log.batches().subList(0, IN_ONE_VERSION);
        LearnerRun calm = LearnerRun.of(BROKER, prefix + "calm.", store, directory.resolve("calm"), settings)
                .begin(log)
                .send(batches);
        try (Learner learner = WholeWay.learner(calm.settings())) {
            WholeWay.await("the undisturbed version", () -> {
                WholeWay.requireAlive(learner);
                return learner.status().version() == 1;
            });
        }
        LearnerRun crashed = LearnerRun.of(BROKER, prefix + "crashed.", store, directory.resolve("crashed"), settings)
                .begin(log)
                .send(batches.subList(0, TRAINED_AT_THE_KILL));
        try (var learner = new LearnerProcess(crashed.settings(), directory.resolve("learner"))) {
            // Given a learner that is killed between two versions, of which there is none yet
            learner.start();
            crashed.awaitBatches(TRAINED_AT_THE_KILL, learner);
            learner.kill();

            // When there are no batches any more but those since the last checkpoint that is due
            crashed.deleteBatchesBefore(TRAINED_AT_THE_KILL / BETWEEN_CHECKPOINTS * BETWEEN_CHECKPOINTS);
            learner.start();
            crashed.send(batches.subList(TRAINED_AT_THE_KILL, IN_ONE_VERSION));
            crashed.awaitVersions(1, learner);
        }

        // Then they are enough to come to the same
        crashed.requireEqual(calm);
        assertEquals(IN_ONE_VERSION, crashed.versions().get(0).getTraining().getBatches());
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
        return LearnerRun.of(BROKER, prefix, store, directory.resolve(prefix), QUICK_TO_NOTICE_A_KILL)
                .begin(log);
    }
}
