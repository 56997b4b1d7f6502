package io.rangestream.learner.reference;

import io.rangestream.learner.backbone.Backbone;
import io.rangestream.learner.backbone.Backbones;
import io.rangestream.learner.backbone.EmbeddingObjective;
import io.rangestream.learner.backbone.LossTerms;
import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.head.ClassHead;
import io.rangestream.learner.head.JointObjective;
import io.rangestream.learner.loss.RangeLoss;
import io.rangestream.learner.loss.RangeLossSettings;
import io.rangestream.learner.parallel.Lanes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Times the training step of the compact network on random crops, 16 identities × 4, and the objective's part of it. Not a test: run
 * it by name with the number of threads, of classes in the head and of steps.
 */
public final class StepSpeed {

    private static final int BATCH = 64;
    private static final int DIM = 128;
    private static final int WARM_UP = 5;

    private StepSpeed() {}

    public static void main(String[] args) {
        int threads = Integer.parseInt(args[0]);
        int classes = Integer.parseInt(args[1]);
        var total = new double[Integer.parseInt(args[2])];
        var objectives = new double[total.length];
        var settings = OptimizerSettings.defaults();
        try (var lanes = new Lanes(threads);
                Backbone backbone = Backbones.create("compact", 1, settings, threads)) {
            var head = new ClassHead(DIM, settings, lanes);
            var random = new Random(1);
            for (int c = 0; c < classes; c++) {
                head.ensure("id" + c, uniform(random, DIM));
            }
            head.update(0, 0);
            var joint = JointObjective.softmaxAndRange(DIM, head, new RangeLoss(RangeLossSettings.defaults()));
            var timed = new Timed(joint);
            float[] crops = uniform(random, BATCH * backbone.spec().cropLength());
            for (int i = 0; i < total.length; i++) {
                joint.batch(identities(random, classes), 1);
                timed.nanos = 0;
                long start = System.nanoTime();
                backbone.step(crops, BATCH, i, timed);
                total[i] = (System.nanoTime() - start) / 1e6;
                objectives[i] = timed.nanos / 1e6;
            }
            double[] steady = sorted(total);
            double median = steady[steady.length / 2];
            System.out.printf("%s, %d classes%n", backbone.backend(), classes);
            System.out.printf("step %.0f ms = %.0f crops/s (median), ", median, BATCH * 1e3 / median);
            System.out.printf("best %.0f ms, objective %.1f ms%n", steady[0], sorted(objectives)[steady.length / 2]);
        }
    }

    /** Passes calls on and adds up the time they take. */
    private static final class Timed implements EmbeddingObjective {
        private final EmbeddingObjective objective;
        private long nanos;

        Timed(EmbeddingObjective objective) {
            this.objective = objective;
        }

        @Override
        public LossTerms lossAndGradient(float[] embeddings, int n, float[] gradient) {
            long start = System.nanoTime();
            LossTerms terms = objective.lossAndGradient(embeddings, n, gradient);
            nanos += System.nanoTime() - start;
            return terms;
        }

        @Override
        public double gradientSquaredNorm() {
            long start = System.nanoTime();
            double norm = objective.gradientSquaredNorm();
            nanos += System.nanoTime() - start;
            return norm;
        }

        @Override
        public void update(double learningRate, double gradientScale) {
            long start = System.nanoTime();
            objective.update(learningRate, gradientScale);
            nanos += System.nanoTime() - start;
        }
    }

    private static List<String> identities(Random random, int classes) {
        List<String> identities = new ArrayList<>();
        while (identities.size() < BATCH) {
            String identity = "id" + random.nextInt(classes);
            identities.addAll(List.of(identity, identity, identity, identity));
        }
        return identities;
    }

    private static double[] sorted(double[] times) {
        return Arrays.stream(times).skip(WARM_UP).sorted().toArray();
    }

    private static float[] uniform(Random random, int length) {
        var values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = 2 * random.nextFloat() - 1;
        }
        return values;
    }
}
