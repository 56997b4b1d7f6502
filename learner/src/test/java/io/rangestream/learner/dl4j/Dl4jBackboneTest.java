package io.rangestream.learner.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.architecture.Architecture;
import io.rangestream.learner.architecture.Architectures;
import io.rangestream.learner.backbone.BackboneSpec;
import io.rangestream.learner.backbone.ComputeDevice;
import io.rangestream.learner.backbone.EmbeddingObjective;
import io.rangestream.learner.backbone.LossTerms;
import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.backbone.StepResult;
import io.rangestream.learner.backbone.Weights;
import io.rangestream.learner.head.ClassHead;
import io.rangestream.learner.head.JointObjective;
import io.rangestream.learner.loss.RangeLoss;
import io.rangestream.learner.loss.RangeLossSettings;
import io.rangestream.learner.parallel.Lanes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Dl4jBackboneTest {

    private static final Architecture SMALL = Architectures.of(new BackboneSpec("compact", 32, 16, 0.125));
    private static final OptimizerSettings SETTINGS = new OptimizerSettings(0.05, 0.9, 5e-4, 5, 5, 0.9, 0.3);
    private static final int N = 12;
    private static final int CROP = 3 * 32 * 32;

    /** A small learner: backbone, head and objective. */
    private static final class Learner implements AutoCloseable {
        final Lanes lanes = new Lanes(2);
        final Dl4jBackbone backbone = new Dl4jBackbone(SMALL, 7, SETTINGS, 2, Nd4jRuntime.start(ComputeDevice.AUTO));
        final ClassHead head = new ClassHead(16, SETTINGS, lanes);
        final JointObjective objective =
                JointObjective.softmaxAndRange(16, head, new RangeLoss(RangeLossSettings.defaults()));

        StepResult step(int index) {
            return step(crops(N, index), index);
        }

        StepResult step(float[] crops, int index) {
            List<String> identities = new ArrayList<>();
            for (int i = 0; i < N; i++) {
                identities.add("id" + (index % 5 + i / 3));
            }
            objective.batch(identities, 1000 + index);
            return backbone.step(crops, N, 1000 + index, objective);
        }

        void steps(int from, int to) {
            for (int i = from; i < to; i++) {
                assertFalse(step(i).skipped());
            }
        }

        byte[] state() throws IOException {
            var bytes = new ByteArrayOutputStream();
            try (var out = new DataOutputStream(bytes)) {
                backbone.save(out);
                head.save(out);
            }
            return bytes.toByteArray();
        }

        void load(byte[] state) throws IOException {
            var in = new DataInputStream(new ByteArrayInputStream(state));
            backbone.load(in);
            head.load(in);
        }

        @Override
        public void close() {
            backbone.close();
            lanes.close();
        }
    }

    @Test
    void theSameSeedGivesTheSameBitsOverThirtySteps() throws IOException {
        try (var first = new Learner();
                var second = new Learner()) {
            first.steps(0, 30);
            second.steps(0, 30);

            assertArrayEquals(first.state(), second.state());
        }
    }

    @Test
    void savedHalfWayAndLoadedTheRunEndsWithTheSameBits() throws IOException {
        try (var through = new Learner();
                var resumed = new Learner()) {
            through.steps(0, 15);
            byte[] half = through.state();
            through.steps(15, 30);

            resumed.step(99);
            resumed.load(half);
            assertArrayEquals(half, resumed.state());
            resumed.steps(15, 30);

            assertArrayEquals(through.state(), resumed.state());
            assertEquals(30, resumed.backbone.steps());
        }
    }

    @Test
    void theRandomnessOfAStepComesFromItsSeed() throws IOException {
        try (var a = new Learner();
                var b = new Learner()) {
            a.step(crops(N, 1), 3);
            b.step(crops(N, 1), 8);

            assertNotEqualBits(a.backbone.weights(Weights.TRAINED), b.backbone.weights(Weights.TRAINED));
        }
    }

    @Test
    void embeddingInBetweenLeavesTheBitsOfTrainingAlone() throws IOException {
        try (var quiet = new Learner();
                var busy = new Learner()) {
            float[] untrained = busy.backbone.weights(Weights.TRAINED);
            for (int i = 0; i < 6; i++) {
                quiet.step(i);
                busy.backbone.embed(crops(70, 5), 70, Weights.AVERAGED, new float[70 * 16]);
                busy.step(i);
                busy.backbone.embed(crops(3, 6), 3, untrained, new float[3 * 16]);
            }

            assertArrayEquals(quiet.state(), busy.state());
        }
    }

    @Test
    void aBatchThatIsNotANumberIsSkippedAndChangesNothing() throws IOException {
        try (var learner = new Learner()) {
            learner.steps(0, 4);
            float[] trained = learner.backbone.weights(Weights.TRAINED);
            float[] averaged = learner.backbone.weights(Weights.AVERAGED);
            byte[] before = learner.state();
            float[] bad = crops(N, 4);
            bad[17] = Float.NaN;

            StepResult result = learner.step(bad, 4);

            assertTrue(result.skipped());
            assertArrayEquals(trained, learner.backbone.weights(Weights.TRAINED));
            assertArrayEquals(averaged, learner.backbone.weights(Weights.AVERAGED));
            byte[] after = learner.state();
            assertEquals(before.length, after.length);
            int differing = 0;
            for (int i = 0; i < before.length; i++) {
                differing += before[i] == after[i] ? 0 : 1;
            }
            assertEquals(1, differing, "only the step counter moves");
            assertFalse(learner.step(5).skipped());
        }
    }

    @Test
    void aGradientThatIsNotFiniteIsSkippedToo() {
        try (var learner = new Learner()) {
            float[] before = learner.backbone.weights(Weights.TRAINED);
            var updates = new int[1];
            var objective = new EmbeddingObjective() {
                @Override
                public LossTerms lossAndGradient(float[] embeddings, int n, float[] gradient) {
                    gradient[3] = Float.POSITIVE_INFINITY;
                    return LossTerms.of(1);
                }

                @Override
                public double gradientSquaredNorm() {
                    return 0;
                }

                @Override
                public void update(double learningRate, double gradientScale) {
                    updates[0]++;
                }
            };

            StepResult result = learner.backbone.step(crops(N, 1), N, 1, objective);

            assertTrue(result.skipped());
            assertEquals(0, updates[0]);
            assertArrayEquals(before, learner.backbone.weights(Weights.TRAINED));
        }
    }

    @Test
    void aSnapshotEmbedsLikeTheWeightsItWasTakenFrom() {
        try (var learner = new Learner()) {
            float[] untrained = learner.backbone.weights(Weights.TRAINED);
            float[] before = embed(learner, untrained);
            learner.steps(0, 3);

            assertArrayEquals(before, embed(learner, untrained));
            assertArrayEquals(
                    embed(learner, learner.backbone.weights(Weights.AVERAGED)), embedNow(learner, Weights.AVERAGED));
            assertNotEqualBits(embedNow(learner, Weights.AVERAGED), embedNow(learner, Weights.TRAINED));
        }
    }

    @Test
    void restoringASnapshotStartsWithoutMomentum() throws IOException {
        try (var learner = new Learner()) {
            float[] start = learner.backbone.weights(Weights.TRAINED);
            learner.steps(0, 3);

            learner.backbone.restore(start, start);

            assertArrayEquals(start, learner.backbone.weights(Weights.TRAINED));
            assertEquals(3, learner.backbone.steps());
            var saved = new ByteArrayOutputStream();
            learner.backbone.save(new DataOutputStream(saved));
            byte[] bytes = saved.toByteArray();
            int velocity = start.length * Float.BYTES;
            assertArrayEquals(new byte[velocity], Arrays.copyOfRange(bytes, bytes.length - velocity, bytes.length));
            assertThrows(IllegalArgumentException.class, () -> learner.backbone.restore(new float[3], start));
        }
    }

    @Test
    void theAverageFollowsTheWarmUpOfTheDecay() {
        try (var learner = new Learner()) {
            float[] start = learner.backbone.weights(Weights.TRAINED);
            learner.step(0);
            float[] trained = learner.backbone.weights(Weights.TRAINED);
            float[] averaged = learner.backbone.weights(Weights.AVERAGED);
            for (int i = 0; i < start.length; i++) {
                assertEquals(0.1 * start[i] + 0.9 * trained[i], averaged[i], 1e-5);
            }
        }
    }

    @Test
    void trainingOnAFewCropsLearnsThem() {
        try (var learner = new Learner()) {
            double first = learner.step(crops(N, 0), 0).loss().term("softmax");
            double last = 0;
            for (int i = 1; i < 60; i++) {
                last = learner.step(crops(N, 0), 5 * i).loss().term("softmax");
            }
            assertTrue(last < first / 4, "%.3f to %.3f".formatted(first, last));
        }
    }

    @Test
    void doesNotLoadTheStateOfAnotherNetwork() throws IOException {
        try (var learner = new Learner();
                var other = new Dl4jBackbone(
                        Architectures.of(new BackboneSpec("compact", 48, 16, 0.125)),
                        7,
                        SETTINGS,
                        2,
                        Nd4jRuntime.start(ComputeDevice.AUTO))) {
            var in = new DataInputStream(new ByteArrayInputStream(learner.state()));

            var e = assertThrows(IOException.class, () -> other.load(in));

            assertEquals(
                    "the state is of backbone compact x0.125 (32 px, 16-d), this is compact x0.125 (48 px, 16-d)",
                    e.getMessage());
        }
    }

    private static float[] embed(Learner learner, float[] snapshot) {
        var out = new float[70 * 16];
        learner.backbone.embed(crops(70, 2), 70, snapshot, out);
        return out;
    }

    private static float[] embedNow(Learner learner, Weights which) {
        var out = new float[70 * 16];
        learner.backbone.embed(crops(70, 2), 70, which, out);
        return out;
    }

    private static void assertNotEqualBits(float[] a, float[] b) {
        assertFalse(Arrays.equals(a, b));
    }

    private static float[] crops(int n, long seed) {
        var random = new Random(seed);
        var crops = new float[n * CROP];
        for (int i = 0; i < crops.length; i++) {
            crops[i] = 2 * random.nextFloat() - 1;
        }
        return crops;
    }
}
