package io.rangestream.learner.dl4j;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.architecture.Architectures;
import io.rangestream.learner.backbone.Backbone;
import io.rangestream.learner.backbone.BackboneSpec;
import io.rangestream.learner.backbone.Backbones;
import io.rangestream.learner.backbone.ComputeDevice;
import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.backbone.StepResult;
import io.rangestream.learner.head.ClassHead;
import io.rangestream.learner.head.JointObjective;
import io.rangestream.learner.loss.RangeLoss;
import io.rangestream.learner.loss.RangeLossSettings;
import io.rangestream.learner.parallel.Lanes;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every network, narrow and for small crops, learns to tell people apart who differ in a pattern under noise. */
class BackboneTrainingTest {

    private static final int SIZE = 32;
    private static final int CROP = 3 * SIZE * SIZE;
    private static final int DIM = 16;
    private static final int PEOPLE = 4;
    private static final int CROPS_EACH = 4;
    private static final int N = PEOPLE * CROPS_EACH;
    private static final int STEPS = 40;

    static SortedSet<String> names() {
        return Architectures.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void theLossFalls(String name) {
        // Without batch norm, VGG-16 does not bear the rate that the others are trained at.
        double rate = name.equals("vgg-16") ? 0.01 : 0.05;
        var settings = new OptimizerSettings(rate, 0.9, 5e-4, 5, 10, 0.9, 0.3);
        try (var lanes = new Lanes(2);
                Backbone backbone =
                        Backbones.create(new BackboneSpec(name, SIZE, DIM, 0.125), 3, settings, 2, ComputeDevice.CPU)) {
            var objective = JointObjective.softmaxAndRange(
                    DIM, new ClassHead(DIM, settings, lanes), new RangeLoss(RangeLossSettings.defaults()));
            List<String> identities = new ArrayList<>();
            for (int i = 0; i < N; i++) {
                identities.add("person " + i / CROPS_EACH);
            }
            var random = new Random(5);
            float[] patterns = patterns(random);
            double first = 0;
            double last = 0;
            for (int step = 0; step < STEPS; step++) {
                objective.batch(identities, step);
                StepResult result = backbone.step(noisy(patterns, random), N, step, objective);
                assertFalse(result.skipped());
                first += step < 5 ? result.loss().total() / 5 : 0;
                last += step >= STEPS - 5 ? result.loss().total() / 5 : 0;
            }
            assertTrue(last < first / 2, "%s: %.3f to %.3f".formatted(name, first, last));
        }
    }

    /** Blocks of eight by eight pixels of one value. */
    private static float[] patterns(Random random) {
        int blocks = SIZE / 8;
        float[] values = uniform(random, PEOPLE * 3 * blocks * blocks);
        var patterns = new float[PEOPLE * CROP];
        for (int i = 0; i < patterns.length; i++) {
            int plane = i / (SIZE * SIZE);
            int y = i / SIZE % SIZE;
            int x = i % SIZE;
            patterns[i] = values[(plane * blocks + y / 8) * blocks + x / 8];
        }
        return patterns;
    }

    private static float[] noisy(float[] patterns, Random random) {
        float[] crops = uniform(random, N * CROP);
        for (int i = 0; i < crops.length; i++) {
            int person = i / CROP / CROPS_EACH;
            crops[i] = 0.5f * (crops[i] + patterns[person * CROP + i % CROP]);
        }
        return crops;
    }

    private static float[] uniform(Random random, int length) {
        var values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = 2 * random.nextFloat() - 1;
        }
        return values;
    }
}
