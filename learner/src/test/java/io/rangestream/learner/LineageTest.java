package io.rangestream.learner;

import static io.rangestream.learner.training.TrainingBatches.batch;
import static io.rangestream.learner.training.TrainingBatches.config;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.ModelStatus;
import io.rangestream.learner.checkpoint.CheckpointException;
import io.rangestream.learner.checkpoint.CheckpointStore;
import io.rangestream.learner.evaluation.Founder;
import io.rangestream.learner.evaluation.SpaceRule.Space;
import io.rangestream.learner.publish.VersionHistory;
import io.rangestream.learner.publish.Versions;
import io.rangestream.learner.training.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A learner that trained, published and stopped, and what another one makes of what it left. */
@ExtendWith(TrustedRecords.class)
class LineageTest {
    @TempDir
    private Path folder;

    private final Trainer before = new Trainer(config());
    private final Trainer after = new Trainer(config());
    private final VersionHistory history = Versions.none();
    private CheckpointStore checkpoints;
    private Lineage lineage;

    @BeforeEach
    void begin() {
        checkpoints = new CheckpointStore(folder);
        lineage = Lineage.restore(before, checkpoints, history);
    }

    @AfterEach
    void close() {
        before.close();
        after.close();
    }

    @Test
    void withNothingLeftTrainingBegins() {
        assertEquals(0, lineage.version());
        assertEquals(-1, before.position().nextOffset());
        assertArrayEquals(before.untrained(), before.published());
    }

    @Test
    void aBatchInHandBeforeTheFirstVersionIsGoneOnFrom() {
        train(1);
        checkpoints.writeInHand(lineage::save);

        assertEquals(0, restore().version());

        assertGoesOnFrom(1);
    }

    @Test
    void aBatchInHandOfTheLastVersionIsGoneOnFrom() {
        train(1);
        publish(1, ModelStatus.PROMOTED);
        train(2);
        checkpoints.writeInHand(lineage::save);

        Lineage restored = restore();

        assertEquals(1, restored.version());
        assertEquals(1, restored.promotedVersion());
        assertArrayEquals(lineage.promotedWeights(), restored.promotedWeights());
        assertGoesOnFrom(2);
    }

    @Test
    void aBatchInHandIsStillGoodAfterASecondStop() {
        train(1);
        publish(1, ModelStatus.PROMOTED);
        train(2);
        checkpoints.writeInHand(lineage::save);
        try (var between = new Trainer(config())) {
            Lineage second = Lineage.restore(between, checkpoints, history);
            checkpoints.writeInHand(second::save);
        }

        restore();

        assertGoesOnFrom(2);
    }

    @Test
    void aBatchInHandOfAnOlderVersionIsNotUsed() {
        train(1);
        publish(1, ModelStatus.PROMOTED);
        checkpoints.writeInHand(lineage::save);
        train(2);
        publish(2, ModelStatus.REJECTED);

        Lineage restored = restore();

        assertEquals(2, restored.version());
        assertEquals(1, restored.promotedVersion());
        assertGoesOnFrom(2);
    }

    @Test
    void aBatchInHandOfAVersionThatWasNeverCommittedIsNotUsed() {
        train(1);
        publish(1, ModelStatus.PROMOTED);
        train(2);
        lineage.made(2, ModelStatus.PROMOTED, before.published(), new Space(2, List.of()));
        lineage.setCheckpointHash(checkpoints.writeVersion(2, lineage::save));
        train(3);
        checkpoints.writeInHand(lineage::save);

        assertEquals(1, restore().version());

        assertEquals(1, after.counters().batches());
        assertEquals(11, after.position().nextOffset());
    }

    @Test
    void aBatchInHandOfTheSameVersionByAnotherLearnerIsNotUsed() {
        train(1);
        publish(1, ModelStatus.PROMOTED);
        String hash = history.last().orElseThrow().getTraining().getCheckpointSha256();
        lineage.setCheckpointHash("f".repeat(64));
        train(2);
        checkpoints.writeInHand(lineage::save);

        restore();

        assertEquals(1, after.counters().batches(), "goes on from the checkpoint " + hash);
    }

    @Test
    void aDamagedBatchInHandGivesWayToTheVersion() throws IOException {
        train(1);
        publish(1, ModelStatus.PROMOTED);
        float[] weights = before.published();
        train(2);
        checkpoints.writeInHand(lineage::save);
        Path file = folder.resolve("in-hand.ckpt");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);

        assertEquals(1, restore().version());

        assertEquals(1, after.counters().batches());
        assertArrayEquals(weights, after.published());
    }

    @Test
    void withoutTheCheckpointOfTheLastVersionTrainingDoesNotBegin() throws IOException {
        train(1);
        publish(1, ModelStatus.PROMOTED);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }

        var e = assertThrows(CheckpointException.class, this::restore);

        assertTrue(e.getMessage().matches(".*version-00000001.* is missing: .*"), e.getMessage());
    }

    @Test
    void aCheckpointOfAnotherHashThanPublishedIsRefused() {
        train(1);
        publish(1, ModelStatus.PROMOTED);
        history.add(Versions.version(1, ModelStatus.PROMOTED, "a".repeat(64), 1));

        assertThrows(CheckpointException.class, this::restore);
    }

    @Test
    void aBatchInHandOfAnotherSeedIsAnErrorAndNotSilentlyDropped() {
        train(1);
        checkpoints.writeInHand(lineage::save);
        try (var otherSeed = new Trainer(config("seed", "5"))) {
            var e = assertThrows(CheckpointException.class, () -> Lineage.restore(otherSeed, checkpoints, history));

            assertTrue(
                    e.getMessage().endsWith("the configuration says compact (64 px, 128-d) with seed 5"),
                    e.getMessage());
            assertEquals(-1, otherSeed.position().nextOffset());
        }
    }

    @Test
    void theFoundersOfEmbeddingSpacesAreInTheCheckpoint() {
        train(1);
        publish(1, ModelStatus.PROMOTED, new Space(1, List.of()));
        float[] first = before.published();
        train(2);
        publish(2, ModelStatus.PROMOTED, new Space(1, List.of()));
        train(3);
        publish(3, ModelStatus.PROMOTED, new Space(3, List.of(1L)));
        float[] third = before.published();
        train(4);
        publish(4, ModelStatus.REJECTED, new Space(4, List.of()));

        List<Founder> founders = restore().founders();

        assertEquals(List.of(3L, 1L), founders.stream().map(Founder::version).toList());
        assertArrayEquals(third, founders.get(0).weights());
        assertArrayEquals(first, founders.get(1).weights());
    }

    private void train(long sequence) {
        assertTrue(before.train(batch("0_0", sequence, "ann", "ann", "bob", "bob"), 10 * sequence));
    }

    /** As the session does it: the checkpoint, then the event that becomes visible. */
    private void publish(long version, ModelStatus status) {
        publish(version, status, new Space(version, List.of()));
    }

    private void publish(long version, ModelStatus status, Space space) {
        lineage.made(version, status, before.published(), space);
        String hash = checkpoints.writeVersion(version, lineage::save);
        lineage.setCheckpointHash(hash);
        history.add(Versions.version(version, status, hash, 1));
    }

    private Lineage restore() {
        return Lineage.restore(after, new CheckpointStore(folder), history);
    }

    /** The other learner stands where this one stood, and takes the same next step. */
    private void assertGoesOnFrom(long sequence) {
        assertEquals(before.counters(), after.counters());
        assertEquals(10 * sequence + 1, after.position().nextOffset());
        assertTrue(before.train(batch("0_0", sequence + 1, "ann", "ann", "cat", "cat"), 100));
        assertTrue(after.train(batch("0_0", sequence + 1, "ann", "ann", "cat", "cat"), 100));
        assertArrayEquals(before.published(), after.published());
    }
}
