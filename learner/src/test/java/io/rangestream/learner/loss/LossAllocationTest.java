package io.rangestream.learner.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.rangestream.learner.loss.EmbeddingLosses.Form;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LossAllocationTest {
    private static final int DIM = 128;

    static Stream<Form> forms() {
        return EmbeddingLosses.all().stream();
    }

    @ParameterizedTest
    @MethodSource("forms")
    void nothingIsAllocatedAfterTheFirstBatch(Form form) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        var loss = new LossSum(List.of(form.loss()));
        var random = new Random(1);
        float[] x = new float[256 * DIM];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        int[] fourTimesEight = labels(4, 8);
        int[] sixteenTimesSixteen = labels(16, 16);
        var gradient = new float[x.length];
        step(loss, x, sixteenTimesSixteen, gradient);
        threads.getCurrentThreadAllocatedBytes();

        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 5; i++) {
            step(loss, x, fourTimesEight, gradient);
            step(loss, x, sixteenTimesSixteen, gradient);
        }
        long after = threads.getCurrentThreadAllocatedBytes();

        assertEquals(0, after - before);
    }

    private static void step(LossSum loss, float[] x, int[] labels, float[] gradient) {
        loss.addGradient(x, labels, labels.length, DIM, gradient);
        loss.update();
    }

    private static int[] labels(int people, int cropsEach) {
        var labels = new int[people * cropsEach];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i / cropsEach;
        }
        return labels;
    }
}
