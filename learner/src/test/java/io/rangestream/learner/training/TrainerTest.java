package io.rangestream.learner.training;

import static io.rangestream.learner.training.TrainingBatches.batch;
import static io.rangestream.learner.training.TrainingBatches.config;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Erasure;
import io.rangestream.learner.TrustedRecords;
import io.rangestream.learner.batch.LeftOutFace;
import io.rangestream.learner.batch.PreparedBatch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(TrustedRecords.class)
class TrainerTest {
    private static final String[] ANN_AND_BOB = {"ann", "ann", "bob", "bob"};

    private final Trainer trainer = new Trainer(config());

    @AfterEach
    void close() {
        trainer.close();
    }

    @Test
    void aBatchThatComesTwiceIsPassedOver() throws IOException {
        assertTrue(trainer.train(batch("0_0", 1, ANN_AND_BOB), 10));
        byte[] once = state(trainer);

        assertFalse(trainer.train(batch("0_0", 1, ANN_AND_BOB), 10));

        assertArrayEquals(once, state(trainer));
        assertEquals(new Trainer.Counters(1, 4, 0, 0), trainer.counters());
    }

    @Test
    void theOffsetAfterABatchIsTheNextEvenIfItWasPassedOver() {
        trainer.train(batch("0_0", 1, ANN_AND_BOB), 10);
        trainer.train(batch("0_0", 1, ANN_AND_BOB), 14);

        assertEquals(15, trainer.position().nextOffset());
        assertEquals(Map.of("0_0", 3L), trainer.position().holdout());
    }

    @Test
    void aMissingBatchEndsTrainingBeforeAnythingChanges() throws IOException {
        trainer.train(batch("0_0", 1, ANN_AND_BOB), 10);
        byte[] before = state(trainer);

        assertThrows(TrainingException.class, () -> trainer.train(batch("0_0", 3, ANN_AND_BOB), 11));

        assertArrayEquals(before, state(trainer));
    }

    @Test
    void savedAndLoadedTheTrainingGoesOnBitByBit() throws IOException {
        trainer.train(batch("0_0", 1, ANN_AND_BOB), 0);
        byte[] half = state(trainer);
        trainer.train(batch("0_1", 1, "ann", "ann", "cat", "cat"), 1);
        trainer.train(batch("0_0", 2, ANN_AND_BOB), 2);

        try (var resumed = new Trainer(config())) {
            resumed.train(batch("0_5", 1, "dan", "dan", "eve", "eve"), 0);
            load(resumed, half);
            assertArrayEquals(half, state(resumed));
            resumed.train(batch("0_1", 1, "ann", "ann", "cat", "cat"), 1);
            resumed.train(batch("0_0", 2, ANN_AND_BOB), 2);

            assertArrayEquals(trainer.published(), resumed.published());
            assertArrayEquals(state(trainer), state(resumed));
        }
    }

    @Test
    void beforeTheFirstStepTheUntrainedWeightsArePublished() {
        float[] untrained = trainer.untrained();
        assertArrayEquals(untrained, trainer.published());

        trainer.train(batch("0_0", 1, ANN_AND_BOB), 0);

        assertFalse(Arrays.equals(untrained, trainer.published()));
        assertArrayEquals(untrained, trainer.untrained());
    }

    @Test
    void anErasedPersonLeavesTheHeadAndTheBatchesOfTasksThatHaveNotComplied() {
        trainer.train(batch("0_0", 1, ANN_AND_BOB), 0);
        trainer.train(batch("0_1", 1, ANN_AND_BOB), 1);
        assertTrue(trainer.knows("ann"));

        trainer.erase(new Erasure("0_0", 2L, "ann", 7L, 0L, -1, -1), 2);
        assertFalse(trainer.knows("ann"));
        assertEquals(1, trainer.identities());

        trainer.train(batch("0_1", 2, "ann", "bob", "ann", "bob"), 3);
        assertFalse(trainer.knows("ann"));
        assertEquals(new Trainer.Counters(3, 10, 0, 0), trainer.counters());

        trainer.erase(new Erasure("0_1", 3L, "ann", 7L, 0L, -1, -1), 4);
        trainer.train(batch("0_1", 4, ANN_AND_BOB), 5);
        assertTrue(trainer.knows("ann"), "who returns after all tasks complied is trained on again");
        assertEquals(Map.of("0_0", 2L, "0_1", 3L), trainer.position().erasures());
    }

    @Test
    void whatStaysOfABatchIsTrainedOnAsIfTheErasedPersonHadNotBeenThere() {
        PreparedBatch mixed = batch("0_1", 1, "ann", "bob", "ann", "bob");
        int crop = TrainingBatches.cropLength();
        var bobs = new float[2 * crop];
        System.arraycopy(mixed.crops(), crop, bobs, 0, crop);
        System.arraycopy(mixed.crops(), 3 * crop, bobs, crop, crop);
        try (var without = new Trainer(config())) {
            without.train(new PreparedBatch(mixed.source(), bobs, List.of("bob", "bob"), List.of()), 1);

            trainer.erase(new Erasure("0_0", 1L, "ann", 7L, 0L, -1, -1), 0);
            trainer.train(mixed, 1);

            assertArrayEquals(without.published(), trainer.published());
        }
    }

    @Test
    void aRepeatedErasureChangesNothing() throws IOException {
        trainer.train(batch("0_0", 1, ANN_AND_BOB), 0);
        trainer.erase(new Erasure("0_0", 2L, "ann", 7L, 0L, -1, -1), 1);
        trainer.train(batch("0_0", 3, ANN_AND_BOB), 2);
        byte[] before = state(trainer);

        trainer.erase(new Erasure("0_0", 2L, "ann", 7L, 0L, -1, -1), 2);

        assertArrayEquals(before, state(trainer));
        assertTrue(trainer.knows("ann"));
    }

    @Test
    void cropsThatCouldNotBeDecodedAreCountedAndABatchOfOneCropIsNotStepped() {
        PreparedBatch one = batch("0_0", 1, "ann");
        trainer.train(new PreparedBatch(one.source(), one.crops(), one.identities(), leftOut("1", "2", "3")), 0);

        assertEquals(new Trainer.Counters(1, 0, 0, 3), trainer.counters());
        assertEquals(1, trainer.position().nextOffset());
    }

    @Test
    void theMeansOfTheLossesBeginAnewWithAVersion() {
        trainer.train(batch("0_0", 1, ANN_AND_BOB), 0);
        assertTrue(trainer.meanLosses().total() > 0);

        trainer.versionMade(Double.NaN, 1, 1);

        assertEquals(0, trainer.meanLosses().total());
    }

    @ParameterizedTest
    @CsvSource({
        "seed, 1, 2",
        "backbone.embedding.dim, 128, 64",
        "backbone.input.size, 64, 48",
        "backbone.width, 1.0, 0.5",
        "optimizer, sgd, adamw",
        "loss, softmax+range, softmax",
        "loss, softmax+range, softmax+range+centre",
        "loss, softmax+range, cosface+range"
    })
    void aStateOfAnotherConfigurationIsRefusedInOneLineBeforeAnythingIsLoaded(
            String key, String saved, String configured) throws IOException {
        trainer.train(batch("0_0", 1, ANN_AND_BOB), 0);
        byte[] state = state(trainer);
        try (var other = new Trainer(config(key, configured))) {
            byte[] before = state(other);

            var e = assertThrows(IOException.class, () -> load(other, state));

            assertEquals(
                    "it was made with %s=%s, the configuration says %s".formatted(key, saved, configured),
                    e.getMessage());
            assertArrayEquals(before, state(other));
        }
    }

    @Test
    void anotherNumberOfThreadsAndWhatMayBeSetAnewAreToldAndGoneOnWith() throws IOException {
        trainer.train(batch("0_0", 1, ANN_AND_BOB), 0);
        try (var other = new Trainer(config("learner.threads", "1", "learning.rate", "0.01"));
                var log = new LogLines(Model.class)) {
            load(other, state(trainer));

            assertEquals(trainer.counters(), other.counters());
            assertArrayEquals(trainer.published(), other.published());
            assertEquals(
                    List.of(
                            "the checkpoint was made with learner.threads=2 and training goes on with 1: no longer bit by bit what it would have been",
                            "learning.rate is 0.01 from here on; the checkpoint was made with 0.05"),
                    log.lines());
        }
    }

    @Test
    void aStateOfTheSameConfigurationIsLoadedWithoutAWord() throws IOException {
        byte[] saved = state(trainer);
        try (var other = new Trainer(config());
                var log = new LogLines(Model.class)) {
            load(other, saved);

            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void theOrderInWhichTheLossesAreNamedIsNoOtherLoss() throws IOException {
        try (var other = new Trainer(config("loss", "range + softmax"))) {
            load(other, state(trainer));

            assertArrayEquals(state(trainer), state(other));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "loss arcface+range",
                "loss cosface+range",
                "optimizer adamw",
                "optimizer adam",
                "head.sampled.above 1 head.sampled.classes 1",
                "loss arcface+range optimizer adamw head.sampled.above 1 head.sampled.classes 1"
            })
    void everyHeadAndOptimizerLearnsThreePeople(String settings) throws IOException {
        var words = new ArrayList<>(List.of(settings.split(" ")));
        words.addAll(List.of("learning.rate.warmup.steps", "0", "dropout", "0"));
        try (var learning = new Trainer(config(words.toArray(new String[0])));
                var resumed = new Trainer(config(words.toArray(new String[0])))) {
            steps(learning, 1, 5);
            double before = learning.meanLosses().total();
            byte[] early = state(learning);
            learning.versionMade(Double.NaN, 1, 1);
            steps(learning, 6, 25);
            learning.versionMade(Double.NaN, 1, 1);
            steps(learning, 26, 30);

            double after = learning.meanLosses().total();
            assertTrue(after < before / 2, "%.3f to %.3f".formatted(before, after));
            load(resumed, early);
            steps(resumed, 6, 30);
            assertArrayEquals(learning.published(), resumed.published());
        }
    }

    @Test
    void withoutAWeightAnOlderVersionChangesNothing() throws IOException {
        try (var plain = new Trainer(config())) {
            trainer.keepComparableWith(trainer.untrained());
            steps(plain, 1, 3);
            steps(trainer, 1, 3);

            assertArrayEquals(state(plain), state(trainer));
            assertEquals(
                    List.of("softmax", "intra", "inter"),
                    List.copyOf(trainer.meanLosses().terms().keySet()));
        }
    }

    @Test
    void withoutAnOlderVersionAWeightChangesNothing() throws IOException {
        try (var weighted = new Trainer(config("compatibility.weight", "100"));
                var resumed = new Trainer(config())) {
            steps(trainer, 1, 3);
            steps(weighted, 1, 3);

            load(resumed, state(weighted)); // The weight itself is among the settings that a state names.
            assertArrayEquals(state(trainer), state(resumed));
        }
    }

    @Test
    void embeddingsStayNearThoseOfAnOlderVersion() {
        try (var held = new Trainer(config("compatibility.weight", "100"));
                var free = new Trainer(config("compatibility.weight", "1e-9"))) {
            for (Trainer each : List.of(held, free)) {
                steps(each, 1, 3);
                each.keepComparableWith(each.published());
                each.versionMade(Double.NaN, 1, 1);
                steps(each, 4, 20);
            }

            double near = held.meanLosses().term("compatibility");
            double far = free.meanLosses().term("compatibility");
            assertTrue(near < far / 2, "%.4f beside %.4f".formatted(near, far));
        }
    }

    @Test
    void savedAndLoadedTheTrainingStaysNearTheOlderVersionBitByBit() throws IOException {
        try (var held = new Trainer(config("compatibility.weight", "10"));
                var resumed = new Trainer(config("compatibility.weight", "10"))) {
            steps(held, 1, 2);
            float[] version = held.published();
            held.keepComparableWith(version);
            steps(held, 3, 4);
            byte[] half = state(held);
            steps(held, 5, 6);

            load(resumed, half);
            resumed.keepComparableWith(version.clone());
            steps(resumed, 5, 6);

            assertArrayEquals(state(held), state(resumed));
            assertTrue(resumed.meanLosses().term("compatibility") > 0);
        }
    }

    @Test
    void theLearningRateFallsWhenVersionsStopImproving() {
        try (var falling = new Trainer(config(
                "learning.rate.schedule", "plateau",
                "learning.rate.plateau.patience", "2",
                "learning.rate.warmup.steps", "0"))) {
            falling.train(batch("0_0", 1, ANN_AND_BOB), 0);
            double full = falling.learningRate();
            falling.versionMade(0.9, 1, 1);
            falling.versionMade(0.9, 1, 1);
            falling.versionMade(0.8, 1, 1);
            falling.train(batch("0_0", 2, ANN_AND_BOB), 1);

            assertEquals(0.05, full, 1e-12);
            assertEquals(0.025, falling.learningRate(), 1e-12);
        }
    }

    private static List<LeftOutFace> leftOut(String... faceIds) {
        return Arrays.stream(faceIds)
                .map(id -> new LeftOutFace("eve", id, 10, "JPEG cannot be decoded", -1))
                .toList();
    }

    @Test
    void aFaceThatCannotBeDecodedIsReportedOnceAndWithTheNextVersion() throws IOException {
        PreparedBatch crops = batch("0_0", 1, ANN_AND_BOB);
        for (int i = 1; i <= 3; i++) {
            trainer.train(
                    new PreparedBatch(
                            TrainingBatches.source("0_0", i),
                            crops.crops(),
                            crops.identities(),
                            i < 3 ? leftOut("1", "2") : leftOut("2", "3")),
                    10 * i);
        }
        trainer.leaveOut(new LeftOutFace("zoe", "held-out", 10, "PNG cannot be decoded", -1));
        byte[] crashed = state(trainer);

        assertEquals(List.of("1@10", "2@10", "3@30", "held-out@-1"), pending(trainer));
        trainer.versionMade(Double.NaN, 1, 1);
        trainer.train(
                new PreparedBatch(
                        TrainingBatches.source("0_0", 4), crops.crops(), crops.identities(), leftOut("1", "4")),
                40);
        assertEquals(List.of("4@40"), pending(trainer));

        // And so it is after a crash, but of nobody who was erased
        try (var restored = new Trainer(config())) {
            restored.load(new DataInputStream(new ByteArrayInputStream(crashed)));
            assertEquals(List.of("1@10", "2@10", "3@30", "held-out@-1"), pending(restored));
            restored.erase(new Erasure("0_0", 4L, "eve", 7L, 0L, -1, -1), 40);
            assertEquals(List.of("held-out@-1"), pending(restored));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ann", "ann,ann", "ann,ann,ann"})
    void whatIsLeftOfABatchMayBeNobodyOrOnePersonAndTrainingGoesOnWithFiniteWeights(String left) {
        String[] identities = left.isEmpty() ? new String[0] : left.split(",");
        PreparedBatch rest = batch("0_0", 1, identities);
        trainer.train(new PreparedBatch(rest.source(), rest.crops(), rest.identities(), leftOut("1", "2")), 0);
        trainer.train(batch("0_0", 2, ANN_AND_BOB), 1);

        assertEquals(0, trainer.counters().skippedSteps());
        assertTrue(Double.isFinite(trainer.meanLosses().total()));
        for (float weight : trainer.published()) {
            assertTrue(Float.isFinite(weight));
        }
    }

    private static List<String> pending(Trainer trainer) {
        return trainer.leftOut().stream()
                .map(face -> face.faceId() + "@" + face.offset())
                .toList();
    }

    /** Steps on the same nine crops. */
    private static void steps(Trainer trainer, int from, int to) {
        for (int i = from; i <= to; i++) {
            PreparedBatch crops = batch("0_0", 0, "ann", "ann", "ann", "bob", "bob", "bob", "cat", "cat", "cat");
            trainer.train(
                    new PreparedBatch(TrainingBatches.source("0_0", i), crops.crops(), crops.identities(), List.of()),
                    i);
        }
    }

    private static byte[] state(Trainer trainer) throws IOException {
        var bytes = new ByteArrayOutputStream();
        trainer.save(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static void load(Trainer trainer, byte[] state) throws IOException {
        trainer.load(new DataInputStream(new ByteArrayInputStream(state)));
    }
}
