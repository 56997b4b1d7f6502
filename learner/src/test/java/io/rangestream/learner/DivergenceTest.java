package io.rangestream.learner;

import static io.rangestream.learner.training.TrainingBatches.batch;
import static io.rangestream.learner.training.TrainingBatches.config;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Erasure;
import io.rangestream.avro.Evaluation;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.batch.PreparedBatch;
import io.rangestream.learner.checkpoint.CheckpointStore;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.evaluation.PromotionGate;
import io.rangestream.learner.evaluation.SpaceRule.Space;
import io.rangestream.learner.publish.VersionHistory;
import io.rangestream.learner.publish.Versions;
import io.rangestream.learner.training.Trainer;
import io.rangestream.learner.training.TrainingException;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Batches that give no number, and a learner that returns its weights after two of them in a row. */
@ExtendWith(TrustedRecords.class)
class DivergenceTest {
    private static final TopicPartition BATCHES = new TopicPartition("batches", 0);
    private static final LearnerConfig CONFIG = config("diverged.max.steps", "2", "loss", "softmax+range+centre");

    @TempDir
    private Path folder;

    private final Trainer trainer = new Trainer(CONFIG);
    private final VersionHistory history = new VersionHistory();
    private CheckpointStore checkpoints;
    private Lineage lineage;
    private long sequence;

    @BeforeEach
    void begin() {
        checkpoints = CheckpointStore.in(folder);
        lineage = Lineage.restore(trainer, checkpoints, history);
    }

    @AfterEach
    void close() {
        trainer.close();
    }

    @Test
    void aDroppedStepChangesNoWeightAndIsCounted() {
        train("ann", "ann", "bob", "bob");
        float[] before = trainer.published();

        diverge(1);

        assertArrayEquals(before, trainer.published());
        assertEquals(new Trainer.Counters(2, 8, 1, 0), trainer.counters());
        assertFalse(trainer.isDiverged());
    }

    @Test
    void droppedStepsThatAreNotInARowDoNotCount() {
        diverge(1);
        train("ann", "ann", "bob", "bob");
        diverge(1);

        assertFalse(trainer.isDiverged());
    }

    @Test
    void theWeightsReturnToTheVersionWhileThePositionGoesOn() {
        train("ann", "ann", "bob", "bob");
        publish(1);
        float[] ofVersion = trainer.published();
        train("ann", "ann", "cat", "cat");
        trainer.erase(new Erasure("0_0", ++sequence, "bob", -1L, 0L, -1, -1), sequence);

        diverge(2);
        assertTrue(trainer.isDiverged());
        lineage.returnToVersion(checkpoints);

        assertArrayEquals(ofVersion, trainer.published());
        assertFalse(trainer.isDiverged());
        assertTrue(trainer.knows("ann"));
        assertFalse(trainer.knows("cat"), "came after the version");
        assertFalse(trainer.knows("bob"), "was erased after the version");
        assertEquals(new Trainer.Counters(4, 16, 2, 0), trainer.counters());
        assertEquals(6, trainer.position().nextOffset());
        assertEquals(4, trainer.backbone().steps());
        train("ann", "ann", "bob", "bob");
        assertFalse(trainer.isDiverged());
    }

    @Test
    void whatWasLearnedOfSomebodyBeforeAnErasureStaysForgottenEvenIfTheyCameBack() throws IOException {
        train("ann", "ann", "bob", "bob");
        publish(1);
        trainer.erase(new Erasure("0_0", ++sequence, "bob", -1L, 0L, -1, -1), sequence);
        train("ann", "ann", "bob", "bob");
        checkpoints.writeInHand(lineage::save);

        try (var resumed = new Trainer(CONFIG)) {
            Lineage again = Lineage.restore(resumed, checkpoints, history);
            for (Trainer diverging : List.of(trainer, resumed)) {
                assertTrue(diverging.knows("bob"));
                diverging.train(broken(sequence + 1), sequence + 1);
                diverging.train(broken(sequence + 2), sequence + 2);
            }
            lineage.returnToVersion(checkpoints);
            again.returnToVersion(checkpoints);

            assertTrue(trainer.knows("ann"));
            assertFalse(trainer.knows("bob"), "the row of the version is from before the erasure");
            assertFalse(resumed.knows("bob"), "the checkpoint in hand knows of the erasure");
        }
    }

    @Test
    void aVersionThatSawSomebodyAgainAfterTheErasureBringsThemBack() {
        train("ann", "ann", "bob", "bob");
        publish(1);
        trainer.erase(new Erasure("0_0", ++sequence, "bob", -1L, 0L, -1, -1), sequence);
        train("ann", "ann", "bob", "bob");
        publish(2);

        diverge(2);
        lineage.returnToVersion(checkpoints);

        assertTrue(trainer.knows("bob"));
    }

    @Test
    void beforeTheFirstVersionTheWeightsReturnToTheUntrainedOnes() {
        train("ann", "ann", "bob", "bob");
        diverge(2);

        lineage.returnToVersion(checkpoints);

        assertArrayEquals(trainer.untrained(), trainer.published());
        assertEquals(0, trainer.identities());
        train("ann", "ann", "bob", "bob");
        assertEquals(2, trainer.identities());
    }

    @Test
    void theNextVersionSaysSoAndTheOneAfterItDoesNot() {
        train("ann", "ann", "bob", "bob");
        publish(1);
        diverge(2);
        lineage.returnToVersion(checkpoints);
        train("ann", "ann", "bob", "bob");

        ModelUpdate second = draft(2);
        publish(2);
        train("ann", "ann", "bob", "bob");
        ModelUpdate third = draft(3);

        assertEquals(
                "as good; training had diverged, and its weights had returned to those of version 1",
                second.getReason());
        assertEquals(1, second.getTraining().getReturns());
        assertEquals(2, second.getTraining().getSkippedSteps());
        assertEquals("as good", third.getReason());
        assertEquals(1, third.getTraining().getReturns());
    }

    @Test
    void aVersionNamesEveryTermOfTheLoss() {
        train("ann", "ann", "bob", "bob");

        var training = draft(1).getTraining();

        assertEquals(
                List.of("centre", "inter", "intra", "softmax"),
                training.getLosses().keySet().stream().sorted().toList());
        assertEquals(training.getLossSoftmax(), training.getLosses().get("softmax"));
        assertEquals(training.getLossIntra(), training.getLosses().get("intra"));
        assertEquals(training.getLossInter(), training.getLosses().get("inter"));
    }

    @Test
    void aSecondReturnToTheSameVersionEndsTrainingInOneLine() {
        train("ann", "ann", "bob", "bob");
        publish(1);
        diverge(2);
        lineage.returnToVersion(checkpoints);
        train("ann", "ann", "bob", "bob");
        diverge(2);

        var e = assertThrows(TrainingException.class, () -> lineage.returnToVersion(checkpoints));

        assertTrue(
                e.getMessage()
                        .startsWith("training diverged again after the weights had returned to version 1: 2 steps"),
                e.getMessage());
        assertFalse(e.getMessage().contains("\n"));
    }

    @Test
    void aNewVersionIsProgressAndAllowsAnotherReturn() {
        train("ann", "ann", "bob", "bob");
        publish(1);
        diverge(2);
        lineage.returnToVersion(checkpoints);
        train("ann", "ann", "bob", "bob");
        publish(2);
        float[] ofVersion = trainer.published();
        diverge(2);

        lineage.returnToVersion(checkpoints);

        assertArrayEquals(ofVersion, trainer.published());
        assertEquals(2, trainer.returns());
    }

    @Test
    void aLearnerStoppedBetweenTheDroppedStepsReturnsAsOneThatWasNot() throws IOException {
        train("ann", "ann", "bob", "bob");
        publish(1);
        train("ann", "ann", "cat", "cat");
        diverge(1);
        checkpoints.writeInHand(lineage::save);
        long stopped = sequence;
        diverge(1);
        lineage.returnToVersion(checkpoints);
        train("ann", "ann", "dan", "dan");

        try (var resumed = new Trainer(CONFIG)) {
            Lineage again = Lineage.restore(resumed, checkpoints, history);
            resumed.train(broken(stopped + 1), stopped + 1);
            assertTrue(resumed.isDiverged());
            again.returnToVersion(checkpoints);
            resumed.train(batch("0_0", stopped + 2, "ann", "ann", "dan", "dan"), stopped + 2);

            assertArrayEquals(state(trainer), state(resumed));
        }
    }

    private void train(String... identities) {
        sequence++;
        trainer.train(batch("0_0", sequence, identities), sequence);
    }

    private void diverge(int steps) {
        for (int i = 0; i < steps; i++) {
            sequence++;
            trainer.train(broken(sequence), sequence);
        }
    }

    private static PreparedBatch broken(long sequence) {
        PreparedBatch batch = batch("0_0", sequence, "ann", "ann", "eve", "eve");
        batch.crops()[7] = Float.NaN;
        return batch;
    }

    private ModelUpdate draft(long version) {
        var verdict = new PromotionGate.Verdict(ModelStatus.PROMOTED, "as good");
        var draft = new UpdateDraft("face", trainer, 1, BATCHES);
        return draft.begin(version, lineage, verdict, Evaluation.newBuilder().build(), new Space(version, List.of()))
                .build();
    }

    /** As the session does it. */
    private void publish(long version) {
        trainer.versionMade(Double.NaN, version, 1);
        lineage.made(version, ModelStatus.PROMOTED, trainer.published(), new Space(version, List.of()));
        String hash = checkpoints.writeVersion(version, lineage::save);
        lineage.setCheckpointHash(hash);
        history.add(Versions.version(version, ModelStatus.PROMOTED, hash, 1));
    }

    private static byte[] state(Trainer trainer) throws IOException {
        var bytes = new ByteArrayOutputStream();
        trainer.save(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }
}
