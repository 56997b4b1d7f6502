package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.client.ClientConfig;
import io.rangestream.client.ModelFollower;
import io.rangestream.learner.Learner;
import io.rangestream.learner.config.CheckpointConfig;
import io.rangestream.learner.config.ClaimCheckConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.storage.ObjectStore;
import io.rangestream.schemas.storage.ObjectStores;
import io.rangestream.schemas.storage.StorageConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints and artifacts in an S3-compatible store: what one machine leaves there, another goes on from. */
class ObjectStoreTest {
    private static final int FACES = 120;
    private static final String STORE = "s3://" + S3Process.BUCKET + "/faces";

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path directory;

    @Test
    void aLearnerOnAnEmptyMachineGoesOnFromTheStoreAndAFollowerServesFromIt() throws Exception {
        var log = LearnerRun.Log.draw(BROKER, "drawn-for-s3.", FACES, directory);
        assertTrue(log.versions() >= 3, "versions: " + log.versions());
        LearnerRun calm = LearnerRun.of(
                        BROKER, "s3-calm.", CheckpointConfig.DIRECTORY, directory.resolve("calm"), Map.of())
                .begin(log)
                .trainUndisturbed(log);
        try (var s3 = new S3Process()) {
            // Given a learner that keeps everything in the store, and stops between two versions
            var settings = new HashMap<>(s3.settings());
            settings.put(ClaimCheckConfig.STORE, STORE + "/artifacts");
            settings.put(ClaimCheckConfig.BYTES, "1");
            LearnerRun first = LearnerRun.of(BROKER, "s3.", STORE + "/checkpoints", directory.resolve("one"), settings)
                    .begin(log);
            first.send(log.batches().subList(0, LearnerRun.BATCHES_PER_VERSION + 1));
            trainUntil(first, LearnerRun.BATCHES_PER_VERSION + 1);

            // When one with nothing on its disk takes over
            var second = new LearnerRun(Settings.of(Map.of(
                            CheckpointConfig.DIR, directory.resolve("two").toString()))
                    .orElse(first.settings()));
            second.send(log.batches()
                    .subList(LearnerRun.BATCHES_PER_VERSION + 1, log.batches().size()));
            trainUntil(second, log.versions() * LearnerRun.BATCHES_PER_VERSION);

            // Then it went on to the same bits, all of them in the store
            second.requireSound();
            second.requireEqual(calm);
            List<ModelUpdate> versions = second.versions();
            requireStored(versions, s3);

            // And a follower that knows the store serves from it
            Settings follows = Settings.of(Map.of(ClientConfig.CLAIM_CHECK_STORE, STORE + "/artifacts"))
                    .orElse(second.settings());
            try (ModelFollower follower = ModelFollower.start(follows)) {
                assertEquals(
                        promoted(versions),
                        follower.awaitVersion(Duration.ofSeconds(30)).map(version -> version.version()));
            }
        }
    }

    private static void requireStored(List<ModelUpdate> versions, S3Process s3) throws Exception {
        StorageConfig storage = StorageConfig.from(Settings.of(s3.settings()));
        try (ObjectStore store = ObjectStores.open(STORE, storage)) {
            List<String> names = store.list("");
            for (ModelUpdate update : versions) {
                assertEquals(0, update.getArtifact().getChunks());
                assertTrue(
                        names.stream().anyMatch(name -> String.valueOf(
                                        update.getArtifact().getUri())
                                .endsWith(name)),
                        update.getArtifact().getUri() + " is not one of " + names);
            }
            assertTrue(names.stream().anyMatch(name -> name.startsWith("checkpoints/")), names::toString);
        }
    }

    private static Optional<Long> promoted(List<ModelUpdate> versions) {
        return versions.stream()
                .filter(update -> update.getStatus() == ModelStatus.PROMOTED)
                .map(ModelUpdate::getVersion)
                .findFirst();
    }

    private static void trainUntil(LearnerRun run, long batches) throws InterruptedException {
        try (Learner learner = WholeWay.learner(run.settings())) {
            WholeWay.await("batch " + batches + " is trained on", () -> {
                WholeWay.requireAlive(learner);
                return learner.status().batches() >= batches
                        && learner.status().version() >= batches / LearnerRun.BATCHES_PER_VERSION;
            });
        }
    }
}
