package io.rangestream.learner;

import static io.rangestream.learner.training.TrainingBatches.batch;
import static io.rangestream.learner.training.TrainingBatches.config;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Erasure;
import io.rangestream.learner.checkpoint.CheckpointException;
import io.rangestream.learner.checkpoint.CheckpointStore;
import io.rangestream.learner.config.CheckpointConfig;
import io.rangestream.learner.publish.VersionHistory;
import io.rangestream.learner.training.Trainer;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.storage.StorageConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(TrustedRecords.class)
class InHandCheckpointTest {
    @TempDir
    private Path folder;

    private CheckpointStore store;
    private long now;

    @BeforeEach
    void open() {
        store = CheckpointStore.in(folder);
    }

    @Test
    void itIsDueAfterSoManyBatches() {
        InHandCheckpoint inHand = inHand(3, Duration.ZERO);
        inHand.trained();
        inHand.trained();
        assertFalse(inHand.isDue());

        inHand.trained();

        assertTrue(inHand.isDue());
        inHand.tryWriting(out -> out.writeInt(3));
        assertFalse(inHand.isDue());
    }

    @Test
    void byTheClockItIsDueIfThereIsSomethingNew() {
        InHandCheckpoint inHand = inHand(0, Duration.ofSeconds(60));
        pass(Duration.ofSeconds(90));
        assertFalse(inHand.isDue());

        inHand.trained();

        assertTrue(inHand.isDue());
    }

    @Test
    void writingByTheClockTakesAFiftiethOfTheTimeAtMost() {
        InHandCheckpoint inHand = inHand(0, Duration.ofSeconds(60));
        inHand.tryWriting(out -> pass(Duration.ofSeconds(4)));
        inHand.trained();
        pass(Duration.ofSeconds(199));
        assertFalse(inHand.isDue());

        pass(Duration.ofSeconds(1));

        assertTrue(inHand.isDue());
    }

    @Test
    void whatAStoreDoesNotTakeIsTriedAgainLaterWhileTrainingGoesOn() {
        InHandCheckpoint inHand = inHand(1, Duration.ZERO);
        inHand.trained();

        inHand.tryWriting(out -> {
            throw new IOException("No space left on device");
        });

        assertFalse(inHand.isDue());
        inHand.trained();
        assertTrue(inHand.isDue());
    }

    @Test
    void oneThatALearnerBeforeLeftIsDiscardedToo() {
        store.writeInHand(out -> out.writeUTF("of who is erased now"));

        inHand(0, Duration.ZERO).discard();

        assertEquals(Optional.empty(), store.<String>readInHand(in -> in.readUTF()));
    }

    @Test
    void afterAnErasureARestartGoesOnWithoutTheRow() {
        try (var trainer = new Trainer(config());
                var crashed = new Trainer(config())) {
            // Given a checkpoint that knows somebody
            Lineage lineage = Lineage.restore(trainer, store, new VersionHistory());
            InHandCheckpoint inHand = inHand(0, Duration.ZERO);
            trainer.train(batch("0_0", 1, "ann", "ann", "bob", "bob"), 10);
            inHand.tryWriting(lineage::save);

            // When they are erased, and the learner crashes
            trainer.erase(new Erasure("0_0", 2L, "ann", 7L, 0L, -1, -1), 20);
            inHand.write(lineage::save);
            Lineage.restore(crashed, store, new VersionHistory());

            // Then they are still erased
            assertFalse(crashed.knows("ann"));
            assertTrue(crashed.knows("bob"));
            assertEquals(Map.of("0_0", 2L), crashed.position().erasures());
            assertEquals(21, crashed.position().nextOffset());
        }
    }

    @Test
    void whatIsWrittenForAnErasureAndNotTakenIsTold() {
        InHandCheckpoint inHand = inHand(0, Duration.ZERO);

        assertThrows(
                CheckpointException.class,
                () -> inHand.write(out -> {
                    throw new IOException("No space left on device");
                }));
    }

    @Test
    void oneThatCannotBeRemovedIsNotTakenForGone() throws IOException {
        // Given something in its place that cannot be deleted
        InHandCheckpoint inHand = inHand(0, Duration.ZERO);
        Path blocked = Files.createDirectories(folder.resolve("in-hand.ckpt").resolve("blocked"));
        inHand.versionMade(); // The version is published all the same.

        // When somebody is erased, then that is not done before it is gone
        assertThrows(CheckpointException.class, inHand::discard);
        Files.delete(blocked);
        inHand.discard();
        assertFalse(Files.exists(folder.resolve("in-hand.ckpt")));
    }

    @Test
    void writingAfterEachBatchLeavesTheWeightsWhatTheyWouldBe() {
        try (var plain = new Trainer(config());
                var saved = new Trainer(config());
                var crashed = new Trainer(config())) {
            Lineage lineage = Lineage.restore(saved, store, new VersionHistory());
            InHandCheckpoint inHand = inHand(1, Duration.ZERO);
            for (int i = 1; i <= 4; i++) {
                plain.train(batch("0_0", i, "ann", "ann", "bob", "bob"), i * 10L);
                saved.train(batch("0_0", i, "ann", "ann", "bob", "bob"), i * 10L);
                inHand.trained();
                inHand.tryWriting(lineage::save);
            }

            Lineage.restore(crashed, store, new VersionHistory());

            assertArrayEquals(plain.published(), saved.published());
            assertArrayEquals(plain.published(), crashed.published());
            assertEquals(41, crashed.position().nextOffset());
        }
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private InHandCheckpoint inHand(int everyBatches, Duration maxInterval) {
        var storage = StorageConfig.from(Settings.of(Map.of()));
        return new InHandCheckpoint(
                store,
                new CheckpointConfig(CheckpointConfig.DIRECTORY, folder, 3, everyBatches, maxInterval, storage),
                () -> now);
    }
}
