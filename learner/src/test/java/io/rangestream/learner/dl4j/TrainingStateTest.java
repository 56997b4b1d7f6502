package io.rangestream.learner.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.dl4j.ParameterLayout.Role;
import io.rangestream.learner.dl4j.ParameterLayout.Segment;
import io.rangestream.learner.optimizer.LearningRateSchedule;
import io.rangestream.learner.optimizer.UpdateRule;
import io.rangestream.learner.parallel.Lanes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingStateTest {

    private static final ParameterLayout LAYOUT = new ParameterLayout(List.of(
            new Segment("conv", "W", Role.WEIGHT, 0, 5, 5),
            new Segment("norm", "gamma", Role.BIAS, 5, 3, 1),
            new Segment("norm", "beta", Role.BIAS, 8, 3, 1),
            new Segment("norm", "mean", Role.STATISTIC, 11, 3, 1),
            new Segment("prelu", "W", Role.SLOPE, 14, 3, 1),
            new Segment("linear", "b", Role.BIAS, 17, 4, 1)));

    private final Lanes lanes = new Lanes(1);

    @AfterEach
    void close() {
        lanes.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sgd", "adam", "adamw"})
    void withoutAGradientOnlyWeightsDecay(String rule) {
        TrainingState state = state(rule);
        float[] before = state.trained().clone();

        state.update(new float[LAYOUT.length()], 1);

        for (Segment s : LAYOUT.segments()) {
            for (int i = s.offset(); i < s.end(); i++) {
                boolean shrank = Math.abs(state.trained()[i]) < Math.abs(before[i]);
                assertEquals(s.role() == Role.WEIGHT, shrank, s.layer() + " " + s.key());
                assertTrue(shrank || state.trained()[i] == before[i], s.layer() + " " + s.key());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sgd", "adam", "adamw"})
    void savedHalfWayAndLoadedTheStepsEndWithTheSameBits(String rule) throws IOException {
        TrainingState through = state(rule);
        steps(through, 0, 7);
        byte[] half = bytes(through);
        steps(through, 7, 15);
        TrainingState resumed = state(rule);
        steps(resumed, 20, 23);

        resumed.load(new DataInputStream(new ByteArrayInputStream(half)));

        assertArrayEquals(half, bytes(resumed));
        steps(resumed, 7, 15);
        assertArrayEquals(bytes(through), bytes(resumed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sgd", "adam", "adamw"})
    void restoredWeightsStartLikeNewOnes(String rule) {
        TrainingState fresh = state(rule);
        TrainingState restored = state(rule);
        float[] start = fresh.trained().clone();
        steps(restored, 3, 9);
        restored.restore(start, start);
        for (int i = 0; i < 6; i++) {
            fresh.skip(); // The same place in the warm-up.
        }

        steps(fresh, 0, 1);
        steps(restored, 0, 1);

        assertArrayEquals(fresh.trained(), restored.trained());
    }

    @ParameterizedTest
    @ValueSource(strings = {"adam", "adamw"})
    void theStateOfAnotherOptimizerIsRefused(String rule) throws IOException {
        byte[] saved = bytes(state("sgd"));
        TrainingState other = state(rule);
        var in = new DataInputStream(new ByteArrayInputStream(saved));

        var e = assertThrows(IOException.class, () -> other.load(in));

        assertEquals("it was made with optimizer=sgd, the configuration says " + rule, e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"sgd", "adam", "adamw"})
    void theRateFallsWhenTheHoldoutDoesNotImprove(String rule) throws IOException {
        TrainingState state = state(rule);
        steps(state, 0, 4);
        double before = state.learningRate();
        state.judged(0.9);
        state.judged(0.8);

        assertEquals(before / 2, state.learningRate(), 1e-12);
        TrainingState resumed = state(rule);
        resumed.load(new DataInputStream(new ByteArrayInputStream(bytes(state))));
        assertEquals(before / 2, resumed.learningRate(), 1e-12);
        assertNotEquals(before, state(rule).learningRate());
    }

    private TrainingState state(String rule) {
        var settings = new OptimizerSettings(
                UpdateRule.of(rule, 0.9, 0.9, 0.999, 1e-8),
                0.05,
                3,
                new LearningRateSchedule.Plateau(0.5, 1, 0, 0.1),
                0.01,
                5,
                0.9,
                0);
        var random = new Random(5);
        var initial = new float[LAYOUT.length()];
        for (int i = 0; i < initial.length; i++) {
            initial[i] = 2 * random.nextFloat() - 1;
        }
        return new TrainingState(LAYOUT, settings, lanes, initial);
    }

    private static void steps(TrainingState state, int from, int to) {
        for (int step = from; step < to; step++) {
            var random = new Random(step);
            var gradient = new float[LAYOUT.length()];
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] = (float) random.nextGaussian();
            }
            state.update(gradient, 0.7);
        }
    }

    private static byte[] bytes(TrainingState state) throws IOException {
        var bytes = new ByteArrayOutputStream();
        state.save(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }
}
