package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.rangestream.learner.config.CheckpointConfig;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Two learners in one group with checkpoints that both of them see: one trains, the other takes over. */
class StandbyTest {
    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path directory;

    @Test
    void aLearnerThatWasPausedIsFencedAndStandsBy() throws Exception {
        Map<String, String> impatient =
                Map.of("kafka.session.timeout.ms", "6000", "kafka.heartbeat.interval.ms", "1000");
        LearnerRun.Log log = LearnerRun.Log.draw(BROKER, "standby-source.", 400, directory);
        LearnerRun calm = LearnerRun.of(
                        BROKER, "standby-calm.", CheckpointConfig.DIRECTORY, directory.resolve("calm"), Map.of())
                .begin(log)
                .trainUndisturbed(log);
        int third = log.batches().size() / 3;
        LearnerRun run = LearnerRun.of(BROKER, "standby.", CheckpointConfig.KAFKA, directory.resolve("run"), impatient)
                .begin(log);
        try (var first = new LearnerProcess(run.settings(), directory.resolve("first"));
                var second = new LearnerProcess(run.settings(), directory.resolve("second"))) {
            // Given a learner that trains, and one that stands by
            first.start();
            WholeWay.await("the first has the partition", () -> first.log().contains("no version yet"));
            second.start();
            WholeWay.await("the second stands by", () -> second.log().contains("standing by"));

            // When the first is paused in the middle of making a version, for longer than a member may be silent
            run.send(log.batches().subList(0, third));
            run.awaitEvaluation(first);
            first.pause();
            run.send(log.batches().subList(third, 2 * third));

            // Then the second takes over,
            int shared = 2 * third / LearnerRun.BATCHES_PER_VERSION;
            run.awaitVersions(shared, second);
            assertFalse(second.hasEndedByItself(), second::log);

            // and the first, resumed, publishes nothing, says why in one line, and stands by.
            first.resume();
            WholeWay.await("the first stands by", () -> {
                assertFalse(first.hasEndedByItself(), first::log);
                return first.log().contains("standing by");
            });
            assertEquals(
                    1,
                    first.log()
                            .lines()
                            .filter(line -> line.contains("has lost its place in the group"))
                            .count(),
                    first::log);
            assertEquals(shared, run.versions().size());

            // When the second goes as well, the first goes on from what the second has made
            second.kill();
            run.send(log.batches().subList(2 * third, log.batches().size()));
            run.awaitVersions(log.versions(), first);
        }
        run.requireSound();
        run.requireEqual(calm);
    }
}
