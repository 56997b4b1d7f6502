package io.rangestream.learner;

import static io.rangestream.learner.training.TrainingBatches.batch;
import static io.rangestream.learner.training.TrainingBatches.config;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.checkpoint.CheckpointException;
import io.rangestream.learner.checkpoint.CheckpointStore;
import io.rangestream.learner.evaluation.Founder;
import io.rangestream.learner.evaluation.SpaceRule.Space;
import io.rangestream.learner.publish.VersionHistory;
import io.rangestream.learner.publish.Versions;
import io.rangestream.learner.training.Trainer;
import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A learner that trained, published and stopped, and what another one makes of what it left. */
@ExtendWith(TrustedRecords.class)
class LineageTest {
    @TempDir
    private Path folder;

    private final Trainer before = new Trainer(config());
    private final Trainer after = new Trainer(config());
    private final VersionHistory history = new VersionHistory();
    private CheckpointStore checkpoints;
    private Lineage lineage;

    @BeforeEach
    void begin() {
        checkpoints = CheckpointStore.in(folder);
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
    void withoutAnyCheckpointTrainingDoesNotBegin() throws IOException {
        train(1);
        publish(1, ModelStatus.PROMOTED);
        train(2);
        publish(2, ModelStatus.PROMOTED);
        Files.delete(checkpoint(1));
        Files.delete(checkpoint(2));

        var e = assertThrows(CheckpointException.class, this::restore);

        assertTrue(
                e.getMessage().matches("the checkpoint of version 2 is missing: there is no file:.*version-00000002.*"),
                e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing", "truncated", "altered"})
    void theVersionBeforeIsGoneOnFromIfTheLastOnesCheckpointIsNoGood(String damage) throws IOException {
        train(1);
        publish(1, ModelStatus.PROMOTED);
        train(2);
        publish(2, ModelStatus.PROMOTED);
        damage(checkpoint(2), damage);

        Lineage restored = restore();

        // Version 1's batches and position, and the batch since is trained on again
        assertEquals(1, restored.version());
        assertEquals(1, restored.promotedVersion());
        assertEquals(1, after.counters().batches());
        assertEquals(11, after.position().nextOffset());
        assertTrue(after.train(batch("0_0", 2, "ann", "ann", "bob", "bob"), 20));
        assertEquals(before.counters(), after.counters());
        assertArrayEquals(before.published(), after.published());
        assertEquals(
                List.of("trained from version 1, as the checkpoint of version 2 could not be used"),
                restored.remarks());

        // and the next version ends it
        restored.made(3, ModelStatus.PROMOTED, after.published(), new Space(3, List.of()));

        assertEquals(List.of(), restored.remarks());
    }

    @Test
    void aBatchInHandOnTheDetourIsGoneOnFrom() throws IOException {
        train(1);
        publish(1, ModelStatus.PROMOTED);
        train(2);
        publish(2, ModelStatus.PROMOTED);
        damage(checkpoint(2), "altered");
        try (var between = new Trainer(config())) {
            Lineage detour = Lineage.restore(between, checkpoints, history);
            between.train(batch("0_0", 2, "ann", "ann", "bob", "bob"), 20);
            checkpoints.writeInHand(detour::save);
        }

        Lineage restored = restore();

        assertEquals(1, restored.version());
        assertEquals(1, restored.remarks().size());
        assertGoesOnFrom(2);
    }

    @Test
    void theNextVersionSaysThatTheEventOfTheLastOneWasPassedOver() {
        train(1);
        publish(1, ModelStatus.PROMOTED);
        Versions.passOver(history, 2);

        Lineage restored = restore();

        assertEquals(1, restored.version());
        assertEquals(
                List.of("trained from version 1, as what the topic says of version 2 could not be used"),
                restored.remarks());
    }

    @Test
    void theNextVersionSaysThatPixelsAreOthersThanBefore() {
        train(1);
        publish(1, ModelStatus.PROMOTED);
        ModelUpdate older = history.last().orElseThrow();
        older.getNetwork().setPreprocessing(1);
        history.add(older);

        assertEquals(
                List.of("trained with preprocessing 2 of pictures since version 1, with 1 before"),
                restore().remarks());
    }

    @Test
    void afterGoingBackTheGateComparesWithWhatTheTopicSaysIsPromoted() throws IOException {
        // Given a second version that became the promoted one after its checkpoint was written
        train(1);
        publish(1, ModelStatus.PROMOTED);
        train(2);
        publish(2, ModelStatus.CANDIDATE);
        float[] second = before.published();
        String hash = history.last().orElseThrow().getTraining().getCheckpointSha256();
        train(3);
        publish(3, ModelStatus.REJECTED);
        history.add(Versions.version(1, ModelStatus.SUPERSEDED, "", 1));
        history.add(Versions.version(2, ModelStatus.PROMOTED, hash, 1));
        damage(checkpoint(3), "altered");

        // When
        Lineage restored = restore();

        // Then
        assertEquals(2, restored.version());
        assertEquals(2, restored.promotedVersion());
        assertArrayEquals(second, restored.promotedWeights());
    }

    @Test
    void aCheckpointThatCannotBeReadAtAllIsNoReasonToGoBack() throws IOException {
        train(1);
        publish(1, ModelStatus.PROMOTED);
        train(2);
        publish(2, ModelStatus.PROMOTED);
        String hash = history.last().orElseThrow().getTraining().getCheckpointSha256();
        Files.delete(checkpoint(2));
        Files.createDirectory(folder.resolve("version-00000002-" + hash.substring(0, 16) + ".ckpt"));

        var e = assertThrows(CheckpointException.class, this::restore);

        assertTrue(e.getMessage().matches("the checkpoint of version 2 cannot be read: .*"), e.getMessage());
        assertEquals(-1, after.position().nextOffset());
    }

    @Test
    void aLearnerThatCouldNotGoOnWithTheLastVersionDoesNotJoin() {
        train(1);
        publish(1, ModelStatus.PROMOTED);

        var e = assertThrows(
                ConfigurationException.class,
                () -> Lineage.requireUsable(CheckpointStore.in(folder), history, config("loss", "softmax")));

        assertTrue(
                e.getMessage()
                        .matches("version 1 of the model: it was made with loss=.*, the configuration says softmax"),
                e.getMessage());
    }

    @Test
    void aLearnerThatSeesVersionsAndNoCheckpointDoesNotJoin(@TempDir Path elsewhere) {
        Lineage.requireUsable(CheckpointStore.in(elsewhere), history, config());
        train(1);
        publish(1, ModelStatus.PROMOTED);

        Lineage.requireUsable(CheckpointStore.in(folder), history, config());
        var e = assertThrows(
                CheckpointException.class,
                () -> Lineage.requireUsable(CheckpointStore.in(elsewhere), history, config()));

        assertTrue(
                e.getMessage()
                        .matches(
                                "there are versions up to 1 and no checkpoint of any in file:.*: all learners of a model need the same checkpoint.store"),
                e.getMessage());
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
                    e.getMessage()
                            .endsWith("in-hand.ckpt cannot be used: it was made with seed=1, the configuration says 5"),
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

    private Path checkpoint(long version) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("version-%08d-".formatted(version)))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void damage(Path file, String how) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        switch (how) {
            case "missing" -> Files.delete(file);
            case "truncated" -> Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
            default -> {
                bytes[bytes.length / 3] ^= 1;
                Files.write(file, bytes);
            }
        }
    }

    private Lineage restore() {
        return Lineage.restore(after, CheckpointStore.in(folder), history);
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
