package io.rangestream.learner;

import static io.rangestream.learner.training.TrainingBatches.batch;
import static io.rangestream.learner.training.TrainingBatches.config;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Continuation;
import io.rangestream.avro.Erasure;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.checkpoint.CheckpointStore;
import io.rangestream.learner.evaluation.SpaceRule.Space;
import io.rangestream.learner.publish.VersionHistory;
import io.rangestream.learner.publish.Versions;
import io.rangestream.learner.training.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A learner with two versions that an order sends back to the first, and one that begins after the order. */
@ExtendWith(TrustedRecords.class)
class ResumptionTest {
    @TempDir
    private Path folder;

    private final Trainer trainer = new Trainer(config());
    private final Trainer next = new Trainer(config());
    private final VersionHistory history = new VersionHistory();
    private CheckpointStore checkpoints;
    private Lineage lineage;
    private float[] first = {};

    @BeforeEach
    void twoVersions() {
        checkpoints = CheckpointStore.in(folder);
        lineage = Lineage.restore(trainer, checkpoints, history);
        train(trainer, 1, "ann", "ann", "bob", "bob");
        publish(1);
        first = trainer.published();
        train(trainer, 2, "ann", "ann", "cat", "cat");
        publish(2);
    }

    @AfterEach
    void close() {
        trainer.close();
        next.close();
    }

    @Test
    void theWeightsAreTheOlderVersionsWhileThePositionGoesOn() {
        train(trainer, 3, "ann", "ann", "dan", "dan");
        rollBackTo1("order-1");

        assertTrue(lineage.follow(history, checkpoints));

        assertArrayEquals(first, trainer.published());
        assertArrayEquals(first, lineage.promotedWeights(), "candidates are compared with it");
        assertEquals(1, lineage.founders().get(0).version(), "its embedding space is the present one");
        assertArrayEquals(first, lineage.founders().get(0).weights());
        assertEquals(1, lineage.promotedVersion());
        assertEquals(1, lineage.parent());
        assertEquals(2, lineage.version(), "the next one is the third all the same");
        assertEquals(1, trainer.backbone().steps(), "the optimiser is the older version's, too");
        assertEquals(3, trainer.counters().batches());
        assertEquals(31, trainer.position().nextOffset());
        assertTrue(trainer.knows("bob"));
        assertFalse(trainer.knows("dan"), "came after the version");
        assertFalse(lineage.follow(history, checkpoints), "nothing is done twice");
    }

    @Test
    void nobodyErasedSinceComesBackEvenIfVersionsWereMadeMeanwhile() {
        trainer.erase(new Erasure("0_0", 3L, "bob", -1L, 0L, -1, -1), 30);
        publish(3);
        train(trainer, 4, "ann", "ann", "bob", "bob");
        publish(4);
        rollBackTo1("order-1");

        lineage.follow(history, checkpoints);

        assertTrue(trainer.knows("ann"));
        assertFalse(trainer.knows("bob"), "the row of the version is from before the erasure");
    }

    @Test
    void aLearnerThatBeginsAfterTheOrderResumesFromTheLog() {
        rollBackTo1("order-1");

        Lineage restored = Lineage.restore(next, checkpoints, history);

        assertEquals(1, restored.parent());
        assertEquals(2, restored.version());
        assertArrayEquals(first, next.published());
        assertEquals(21, next.position().nextOffset());
    }

    @Test
    void aLearnerStoppedAfterItResumedGoesOnAndDoesNotResumeAgain() {
        rollBackTo1("order-1");
        lineage.follow(history, checkpoints);
        train(trainer, 3, "ann", "ann", "dan", "dan");
        checkpoints.writeInHand(lineage::save);

        Lineage restored = Lineage.restore(next, checkpoints, history);

        assertEquals(1, restored.parent());
        assertArrayEquals(trainer.published(), next.published());
        assertTrue(next.knows("dan"));
    }

    @Test
    void aSecondOrderToTheSameVersionIsAnotherOne() {
        rollBackTo1("order-1");
        lineage.follow(history, checkpoints);
        train(trainer, 3, "ann", "ann", "dan", "dan");
        rollBackTo1("order-2");

        assertTrue(lineage.follow(history, checkpoints));

        assertArrayEquals(first, trainer.published());
    }

    @Test
    void theNextVersionEndsTheBranchingAndDivergenceReturnsToIt() {
        rollBackTo1("order-1");
        lineage.follow(history, checkpoints);
        lineage.returnToVersion(checkpoints);
        assertArrayEquals(first, trainer.published());

        train(trainer, 3, "ann", "ann", "dan", "dan");
        publish(3);

        assertEquals(3, lineage.parent());
        assertFalse(lineage.follow(history, checkpoints));
    }

    @Test
    void whoGoesBackToTheVersionThatWasBranchedOffBranchesOffAgain() throws IOException {
        // Given a version made after the order, whose checkpoint is gone
        rollBackTo1("order-1");
        lineage.follow(history, checkpoints);
        train(trainer, 3, "ann", "ann", "dan", "dan");
        publish(3);
        deleteCheckpoint(3);

        // When
        Lineage restored = Lineage.restore(next, checkpoints, history);

        // Then the version before it is not continued, which the operator has given up
        assertEquals(2, restored.version());
        assertEquals(1, restored.parent());
        assertArrayEquals(first, next.published());
    }

    @Test
    void withoutTheCheckpointItIsRefusedBeforehand() throws IOException {
        ModelUpdate target = history.find(1).orElseThrow();
        assertEquals(Optional.empty(), lineage.objectionToResuming(target, checkpoints));
        deleteCheckpoint(1);

        String objection = lineage.objectionToResuming(target, checkpoints).orElseThrow();

        assertTrue(objection.startsWith("training cannot be resumed from version 1: "), objection);
        assertTrue(objection.contains("is missing"), objection);
        assertFalse(objection.contains("\n"));
    }

    @Test
    void whoseErasuresAreForgottenIsNotResumedFrom() {
        trainer.versionMade(Double.NaN, 3, 2);

        assertEquals(
                Optional.of("training can be resumed from version 2 on: who was erased since older ones is forgotten"),
                lineage.objectionToResuming(history.find(1).orElseThrow(), checkpoints));
    }

    @Test
    void theCommandKnowsByTheNewestCheckpointWhoseErasuresAreForgotten() throws IOException {
        ModelUpdate target = history.find(1).orElseThrow();
        trainer.versionMade(Double.NaN, 3, 2);
        publish(3);
        assertEquals(
                Optional.of("training can be resumed from version 2 on: who was erased since older ones is forgotten"),
                Resumability.ofNext(checkpoints, history).objection(target));

        // A learner that cannot use that one either goes back to a state that still knows them
        deleteCheckpoint(3);
        assertEquals(Optional.empty(), Resumability.ofNext(checkpoints, history).objection(target));
    }

    @ParameterizedTest
    @ValueSource(strings = {"forgotten", "missing", "no version"})
    void anOrderThatCannotBeFollowedIsWarnedOfAndTrainingGoesOnFromTheLastVersion(String why) throws IOException {
        // Given
        rollBackTo1("order-1");
        switch (why) {
            case "forgotten" -> trainer.versionMade(Double.NaN, 2, 2);
            case "missing" -> deleteCheckpoint(1);
            default ->
                history.add(ModelUpdate.newBuilder(history.last().orElseThrow())
                        .setContinuation(new Continuation(7L, "order-1"))
                        .build());
        }
        checkpoints.writeInHand(lineage::save);

        // When
        Lineage restored = Lineage.restore(next, checkpoints, history);

        // Then
        assertEquals(2, restored.parent());
        assertArrayEquals(trainer.published(), next.published());
        assertEquals(1, restored.remarks().size());
        assertTrue(
                restored.remarks().get(0).startsWith("order order-1 was not followed: "),
                restored.remarks().get(0));
        assertFalse(restored.follow(history, checkpoints), "it is said once");
        assertEquals(1, restored.remarks().size());
        restored.made(3, ModelStatus.PROMOTED, next.published(), new Space(3, List.of()));
        assertEquals(List.of(), restored.remarks());
    }

    @Test
    void anErasureTrainedOnAgainAfterGoingBackCountsForTheVersionsThatWereThere() throws IOException {
        // Given a second version that knows bob, who is erased after it, and a state that had to go back to the first
        ModelUpdate second = history.last().orElseThrow();
        Path set = folder.resolveSibling(folder.getFileName() + "-aside");
        Files.move(checkpoint(2), set);
        Lineage back = Lineage.restore(next, checkpoints, history);
        assertEquals(1, back.version());
        assertTrue(next.train(batch("0_0", 2, "ann", "ann", "cat", "cat"), 20));
        next.erase(new Erasure("0_0", 3L, "cat", -1L, 0L, -1, -1), 30);

        // When training is resumed from the second one, whose checkpoint is there again
        String hash = second.getTraining().getCheckpointSha256();
        Files.move(set, folder.resolve("version-00000002-%s.ckpt".formatted(hash.substring(0, 16))));
        history.add(ModelUpdate.newBuilder(second)
                .setContinuation(new Continuation(2L, "order-1"))
                .build());
        assertTrue(back.follow(history, checkpoints));

        // Then
        assertTrue(next.knows("ann"));
        assertFalse(next.knows("cat"));
    }

    @Test
    void aRollBackToAVersionWithoutCheckpointLeavesNothingToCompareWith() throws IOException {
        deleteCheckpoint(1);
        history.add(ModelUpdate.newBuilder(history.find(1).orElseThrow())
                .setStatus(ModelStatus.PROMOTED)
                .setOrderId("order-0")
                .build());

        assertFalse(lineage.follow(history, checkpoints));

        assertEquals(1, lineage.promotedVersion());
        assertEquals(0, lineage.promotedWeights().length);
    }

    private static void train(Trainer trainer, long sequence, String... identities) {
        assertTrue(trainer.train(batch("0_0", sequence, identities), 10 * sequence));
    }

    /** As the session does it; the one before is superseded. */
    private void publish(long version) {
        trainer.versionMade(Double.NaN, version, 1);
        lineage.made(version, ModelStatus.PROMOTED, trainer.published(), new Space(version, List.of()));
        String hash = checkpoints.writeVersion(version, lineage::save);
        lineage.setCheckpointHash(hash);
        history.add(ModelUpdate.newBuilder(Versions.version(version, ModelStatus.PROMOTED, hash, 1))
                .setEmbeddingSpace("face/" + version)
                .build());
        history.find(version - 1)
                .ifPresent(before -> history.add(ModelUpdate.newBuilder(before)
                        .setStatus(ModelStatus.SUPERSEDED)
                        .build()));
    }

    private void rollBackTo1(String orderId) {
        ModelUpdate last = history.last().orElseThrow();
        history.add(ModelUpdate.newBuilder(history.find(1).orElseThrow())
                .setStatus(ModelStatus.PROMOTED)
                .setOrderId("order-0")
                .build());
        history.add(ModelUpdate.newBuilder(last)
                .setStatus(ModelStatus.ROLLED_BACK)
                .setContinuation(new Continuation(1L, orderId))
                .build());
    }

    private void deleteCheckpoint(long version) throws IOException {
        Files.delete(checkpoint(version));
    }

    private Path checkpoint(long version) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("version-%08d".formatted(version)))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
