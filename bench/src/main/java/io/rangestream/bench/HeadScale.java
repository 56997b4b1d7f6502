package io.rangestream.bench;

import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.head.ClassHead;
import io.rangestream.learner.head.HeadSettings;
import io.rangestream.learner.parallel.Lanes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * What a step of the head costs with a million identities beside one with ten thousand, measured in turns over the first 500 steps, and
 * whether memory stays flat over all of them: 256-d, batches of 16 × 16, both sampled with the default number of others. Start it with {@code bench/head-scale [steps]}.
 */
public final class HeadScale {

    private static final int DIM = 256;
    private static final int PEOPLE = 16;
    private static final int CROPS_EACH = 16;
    private static final int N = PEOPLE * CROPS_EACH;
    private static final int SMALL = 10_000;
    private static final int LARGE = 1_000_000;
    private static final int WARM_UP = 100;
    private static final int TURNS = 500;
    private static final int REPORT_EVERY = 500;

    private final Random random = new Random(1);
    private final float[] embeddings = new float[N * DIM];
    private final float[] gradient = new float[N * DIM];
    private final int[] targets = new int[N];

    private HeadScale() {}

    public static void main(String[] arguments) throws IOException {
        int steps = arguments.length == 0 ? 5000 : Integer.parseInt(arguments[0]);
        try (var lanes = new Lanes(Runtime.getRuntime().availableProcessors())) {
            new HeadScale().run(steps, lanes);
        }
    }

    private void run(int steps, Lanes lanes) throws IOException {
        long before = heapInUse();
        ClassHead large = head(LARGE, lanes);
        long perIdentity = (heapInUse() - before) / LARGE;
        long weightsAndMomentum = 2L * DIM * Float.BYTES;
        print(
                "%,d identities: %,d bytes of heap each; weights and momentum %,d; rows %,d, so names and gaps in the heap %,d",
                LARGE,
                perIdentity,
                weightsAndMomentum,
                large.rowBytes() / LARGE,
                perIdentity - large.rowBytes() / LARGE);
        ClassHead small = head(SMALL, lanes);
        for (int i = 0; i < WARM_UP; i++) {
            step(small, SMALL, i);
            step(large, LARGE, i);
        }
        int turns = Math.min(TURNS, steps);
        var smallMillis = new double[turns];
        var largeMillis = new double[turns];
        for (int i = 0; i < steps; i++) {
            if (i < turns) {
                smallMillis[i] = step(small, SMALL, i);
                largeMillis[i] = step(large, LARGE, i);
            } else {
                step(large, LARGE, i);
            }
            if ((i + 1) % REPORT_EVERY == 0) {
                print("step %,6d: RSS %,d MB, heap in use %,d MB", i + 1, rssKilobytes() >> 10, heapInUse() >> 20);
            }
        }
        double fast = median(smallMillis);
        double slow = median(largeMillis);
        print(
                "median of %,d steps in turns: %.2f ms with %,d identities, %.2f ms with %,d: ratio %.2f",
                turns, fast, SMALL, slow, LARGE, slow / fast);
    }

    private ClassHead head(int identities, Lanes lanes) {
        HeadSettings defaults = HeadSettings.defaults();
        var sampled = new HeadSettings(defaults.logits(), 0, defaults.sampledClasses());
        var head = new ClassHead(DIM, sampled, OptimizerSettings.defaults(), lanes);
        var mean = new float[DIM];
        for (int i = 0; i < identities; i++) {
            for (int d = 0; d < DIM; d++) {
                mean[d] = random.nextFloat() - 0.5f;
            }
            head.ensure("identity-%07d".formatted(i), mean);
            if (i % 1000 == 0) {
                head.update(0, 0); // Keeps the new rows, as a step would.
            }
        }
        head.update(0, 0);
        return head;
    }

    /** One step on people drawn at random. */
    private double step(ClassHead head, int identities, int index) {
        for (int i = 0; i < N; i++) {
            targets[i] = i % CROPS_EACH == 0 ? random.nextInt(identities) : targets[i - 1];
        }
        for (int i = 0; i < embeddings.length; i++) {
            embeddings[i] = random.nextFloat() - 0.5f;
        }
        Arrays.fill(gradient, 0f);
        long start = System.nanoTime();
        head.addGradient(embeddings, targets, N, index, gradient);
        double norm = Math.sqrt(head.gradientSquaredNorm());
        head.update(0.05, Math.min(1, 5 / norm));
        return (System.nanoTime() - start) / 1e6;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static long heapInUse() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static long rssKilobytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElse(-1);
    }

    private static void print(String format, Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }
}
