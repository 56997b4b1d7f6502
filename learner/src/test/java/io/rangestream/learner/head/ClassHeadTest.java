package io.rangestream.learner.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.optimizer.LearningRateSchedule;
import io.rangestream.learner.optimizer.UpdateRule;
import io.rangestream.learner.parallel.Lanes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassHeadTest {

    private static final int DIM = 10;
    private static final OptimizerSettings SETTINGS = OptimizerSettings.defaults();

    private final Lanes lanes = new Lanes(2);
    private final ClassHead head = new ClassHead(DIM, SETTINGS, lanes);

    @AfterEach
    void close() {
        lanes.close();
    }

    @Test
    void theReferenceForTheSoftmaxLossAgreesWithCentralDifferences() {
        var random = new Random(1);
        var reference = new SoftmaxReference(
                random.doubles(5 * DIM).toArray(), random.doubles(5).toArray(), DIM);
        double[] x = random.doubles(3 * DIM, -1, 1).toArray();
        int[] targets = {4, 0, 2};
        SoftmaxReference.Gradients analytic = reference.gradients(x, targets);

        double h = 1e-5;
        for (int i = 0; i < x.length; i++) {
            double was = x[i];
            x[i] = was + h;
            double above = reference.loss(x, targets);
            x[i] = was - h;
            double below = reference.loss(x, targets);
            x[i] = was;
            assertEquals((above - below) / (2 * h), analytic.embeddings()[i], 1e-6);
        }
    }

    @Test
    void agreesWithTheReferenceOverSeveralPagesAndASingleStep() {
        int classes = 600;
        int n = 7;
        var random = new Random(2);
        for (int c = 0; c < classes; c++) {
            head.ensure("id" + c, Floats.of(random.doubles(DIM, -1, 1).toArray()));
        }
        double[] weights = weightsOf(classes);
        var reference = new SoftmaxReference(weights, new double[classes], DIM);
        double[] x = random.doubles(n * DIM, -6, 6).toArray();
        int[] targets = {0, 599, 255, 256, 300, 0, 17};
        var gradient = new float[n * DIM];

        double loss = head.addGradient(Floats.of(x), targets, n, 1, gradient);

        SoftmaxReference.Gradients expected = reference.gradients(x, targets);
        assertEquals(reference.loss(x, targets), loss, 1e-5);
        for (int i = 0; i < gradient.length; i++) {
            assertEquals(expected.embeddings()[i], gradient[i], 1e-6);
        }
        assertEquals(
                expected.parameterSquaredNorm(), head.gradientSquaredNorm(), 1e-5 * expected.parameterSquaredNorm());

        head.update(0.1, 0.5);

        double[] after = weightsOf(classes);
        for (int i = 0; i < weights.length; i++) {
            double d = 0.5 * expected.weights()[i] + SETTINGS.weightDecay() * weights[i];
            assertEquals(weights[i] - 0.1 * (d + 0.9 * d), after[i], 1e-6);
        }
    }

    @Test
    void theNumberOfThreadsDoesNotChangeABit() {
        try (var one = new Lanes(1)) {
            var single = new ClassHead(DIM, SETTINGS, one);
            train(single, 700);
            train(head, 700);
            assertArrayEquals(bytes(single), bytes(head));
        }
    }

    @Test
    void aNewRowPointsAlongTheMeanEmbeddingWithALengthThatDoesNotDependOnIt() {
        var mean = new float[DIM];
        mean[3] = 30;
        head.ensure("large", mean);
        mean[3] = 0.01f;
        head.ensure("small", mean);

        float[] row = head.weightsOf("large");
        assertArrayEquals(row, head.weightsOf("small"), 1e-6f);
        for (int d = 0; d < DIM; d++) {
            assertEquals(d == 3, row[d] > 0);
        }
    }

    @Test
    void aKnownIdentityKeepsItsRow() {
        int row = head.ensure("a", new float[DIM]);
        head.ensure("b", new float[DIM]);

        assertEquals(row, head.ensure("a", new float[DIM]));
        assertEquals(row, head.rowOf("a"));
        assertEquals(-1, head.rowOf("nobody"));
        assertEquals(2, head.size());
    }

    @Test
    void anErasedIdentityLeavesNothingBehindAndItsRowIsUsedAgain() {
        train(head, 30);
        int row = head.rowOf("id7");

        assertTrue(head.erase("id7"));

        assertFalse(head.erase("id7"));
        assertEquals(-1, head.rowOf("id7"));
        assertEquals(29, head.size());
        assertEquals(row, head.ensure("new", new float[DIM]));
        assertArrayEquals(new float[DIM], head.weightsOf("new"), "the old row shows through");
    }

    @Test
    void anErasedIdentityNoLongerTakesProbability() {
        head.ensure("a", new float[DIM]);
        head.ensure("b", new float[DIM]);
        head.update(0, 0);
        head.erase("b");

        double loss = head.addGradient(new float[DIM], new int[] {0}, 1, 1, new float[DIM]);

        assertEquals(0, loss, 1e-7, "one class is certain");
    }

    @Test
    void continuesWithTheSameBitsAfterSaveAndLoad() throws IOException {
        train(head, 300);
        head.erase("id44");
        byte[] saved = bytes(head);
        var restored = new ClassHead(DIM, SETTINGS, lanes);
        restored.ensure("left over", new float[DIM]);

        restored.load(new DataInputStream(new ByteArrayInputStream(saved)));

        assertArrayEquals(saved, bytes(restored));
        train(head, 310);
        train(restored, 310);
        assertArrayEquals(bytes(head), bytes(restored));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sgd", "adam"})
    void rowsTakeAtMostATenthMoreThanTheirWeightsAndMoments(String rule) {
        int dim = 128;
        int identities = 5000;
        OptimizerSettings optimizer = optimizer(rule);
        var large = new ClassHead(dim, HeadSettings.defaults(), optimizer, lanes);
        for (int i = 0; i < identities; i++) {
            large.ensure("id" + i, new float[dim]);
        }
        long least = (1L + optimizer.rule().moments()) * identities * dim * Float.BYTES;

        assertTrue(large.rowBytes() >= least);
        assertTrue(large.rowBytes() <= 1.1 * least, large.rowBytes() + " for " + least);
        for (int i = 100; i < identities; i++) {
            large.erase("id" + i);
        }
        assertTrue(large.rowBytes() <= 0.03 * least, "memory of the erased is given back");
    }

    @Test
    void everyRowHasAdamsFirstStepWhenItsTurnComes() {
        OptimizerSettings adam = optimizer("adam");
        var growing = new ClassHead(DIM, new HeadSettings(new Logits.Linear(false), 8192, 1), adam, lanes);
        growing.ensure("old", new float[DIM]);
        growing.ensure("other", new float[DIM]);
        var ones = new float[DIM];
        Arrays.fill(ones, 1f);
        for (int step = 0; step < 50; step++) {
            growing.addGradient(ones, new int[] {0}, 1, step, new float[DIM]);
            growing.update(0.001, 1);
        }
        growing.ensure("late", new float[DIM]);
        growing.addGradient(ones, new int[] {2}, 1, 50, new float[DIM]);

        growing.update(0.001, 1);

        for (float w : growing.weightsOf("late")) {
            assertEquals(0.001f, w, 1e-6f, "a row's bias correction counts its own steps");
        }
    }

    @Test
    void aHeadWithAnotherOptimizersMomentsIsRefused() {
        byte[] saved = bytes(head);
        OptimizerSettings adam = optimizer("adam");
        var other = new ClassHead(DIM, adam, lanes);
        var in = new DataInputStream(new ByteArrayInputStream(saved));

        assertThrows(IOException.class, () -> other.load(in));
    }

    @Test
    void doesNotLoadTheHeadOfAnotherDimension() {
        byte[] saved = bytes(head);
        var other = new ClassHead(DIM + 1, SETTINGS, lanes);
        var in = new DataInputStream(new ByteArrayInputStream(saved));

        assertThrows(IOException.class, () -> other.load(in));
    }

    @Test
    void aRowWhoseStepWasNotTakenIsForgotten() {
        train(head, 20);
        byte[] before = bytes(head);

        head.ensure("x", new float[DIM]);
        head.ensure("y", new float[DIM]);
        head.discardPending();

        assertEquals(-1, head.rowOf("x"));
        assertArrayEquals(before, bytes(head));
    }

    @Test
    void anEmbeddingThatIsNotANumberShowsInTheLossAndNotInTheWeights() {
        train(head, 20);
        byte[] before = bytes(head);
        var x = new float[2 * DIM];
        x[4] = Float.NaN;

        double loss = head.addGradient(x, new int[] {0, 1}, 2, 1, new float[2 * DIM]);

        assertFalse(Double.isFinite(loss));
        assertArrayEquals(before, bytes(head));
    }

    @Test
    void hugeLogitsDoNotOverflow() {
        head.ensure("a", Floats.of(new Random(1).doubles(DIM).toArray()));
        head.ensure("b", Floats.of(new Random(2).doubles(DIM).map(v -> -v).toArray()));
        var x = new float[DIM];
        Arrays.fill(x, 1e6f);

        double loss = head.addGradient(x, new int[] {1}, 1, 1, new float[DIM]);

        assertTrue(Double.isFinite(loss) && loss > 1e5);
    }

    private static OptimizerSettings optimizer(String rule) {
        return new OptimizerSettings(
                UpdateRule.of(rule, 0.9, 0.9, 0.999, 1e-8), 0.1, 0, new LearningRateSchedule.Constant(), 0, 5, 0, 0);
    }

    private static void train(ClassHead head, int classes) {
        var random = new Random(9);
        for (int c = 0; c < classes; c++) {
            head.ensure("id" + c, Floats.of(random.doubles(DIM, -1, 1).toArray()));
        }
        for (int step = 0; step < 4; step++) {
            int[] targets = {head.rowOf("id1"), head.rowOf("id" + (classes - 1)), head.rowOf("id5")};
            head.addGradient(Floats.of(random.doubles(3 * DIM, -3, 3).toArray()), targets, 3, step, new float[3 * DIM]);
            head.update(0.05, 1);
        }
    }

    private double[] weightsOf(int classes) {
        var weights = new double[classes * DIM];
        for (int c = 0; c < classes; c++) {
            float[] row = head.weightsOf("id" + c);
            for (int d = 0; d < DIM; d++) {
                weights[c * DIM + d] = row[d];
            }
        }
        return weights;
    }

    private static byte[] bytes(ClassHead head) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            head.save(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
