package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.Learner;
import io.rangestream.sampler.Sampler;
import io.rangestream.schemas.config.Settings;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A learner that stops and starts again goes on where it was: no batch twice, none lost, the same bits. */
class LearnerRestartTest {
    private static final int FACES = 700;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path directory;

    @Test
    void stoppedBetweenVersionsItEndsWithTheWeightsOfARunWithoutAStop() throws InterruptedException {
        // Given the same faces under two prefixes, and so the same batches
        Settings straight = BROKER.settings("straight.", WholeWay.small(directory.resolve("straight")));
        Settings stopped = BROKER.settings("stopped.", WholeWay.small(directory.resolve("stopped")));
        long batches = drawBatches(straight);
        assertEquals(batches, drawBatches(stopped));

        // When one learner runs through and the other is stopped in the middle of an interval, twice
        trainUntil(straight, batches);
        trainUntil(stopped, 6);
        trainUntil(stopped, 7);
        trainUntil(stopped, batches);

        // Then versions, counts and bytes are the same
        List<ModelUpdate> expected = WholeWay.versions(straight);
        List<ModelUpdate> actual = WholeWay.versions(stopped);
        assertTrue(expected.size() >= 3, "versions: " + expected.size());
        assertEquals(
                expected.stream().map(ModelUpdate::getVersion).toList(),
                actual.stream().map(ModelUpdate::getVersion).toList());
        assertEquals(
                expected.stream()
                        .map(update -> update.getTraining().getBatches())
                        .toList(),
                actual.stream().map(update -> update.getTraining().getBatches()).toList());
        assertEquals(
                expected.stream()
                        .map(update -> update.getArtifact().getSha256())
                        .toList(),
                actual.stream().map(update -> update.getArtifact().getSha256()).toList());
    }

    private static long drawBatches(Settings settings) throws InterruptedException {
        try (Sampler sampler = WholeWay.sampler(settings)) {
            WholeWay.ingest(settings, 60, FACES);
            WholeWay.await("the sampler has taken every face", () -> taken(sampler) >= FACES);
            return sampler.status().batches();
        }
    }

    private static long taken(Sampler sampler) {
        var status = sampler.status();
        return status.accepted() + status.heldOut() + status.duplicates() + status.rejected();
    }

    private static void trainUntil(Settings settings, long batches) throws InterruptedException {
        try (Learner learner = WholeWay.learner(settings)) {
            WholeWay.await("batch " + batches + " is trained on", () -> {
                WholeWay.requireAlive(learner);
                return learner.status().batches() >= batches;
            });
        }
    }
}
