package io.rangestream.learner;

import static io.rangestream.learner.training.TrainingBatches.batch;
import static io.rangestream.learner.training.TrainingBatches.config;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Continuation;
import io.rangestream.avro.Erasure;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.checkpoint.CheckpointException;
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
        trainer.erase(new Erasure("0_0", 3L, "bob", -1L, 0L), 30);
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
        rollBackTo1("order-1");
        assertThrows(CheckpointException.class, () -> lineage.follow(history, checkpoints));
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
        try (var files = Files.list(folder)) {
            for (Path file : files.filter(
                            file -> file.getFileName().toString().startsWith("version-%08d".formatted(version)))
                    .toList()) {
                Files.delete(file);
            }
        }
    }
}
