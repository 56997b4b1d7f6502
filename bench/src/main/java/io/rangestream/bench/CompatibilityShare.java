package io.rangestream.bench;

import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.schemas.config.Settings;
import java.util.Arrays;
import java.util.Map;

/**
 * What {@code compatibility.weight} takes of a training step: steps without it and with it, in turns in one run. Arguments: batches, for
 * example {@code 4x8 16x16}.
 */
public final class CompatibilityShare {
    private static final int CLASSES = 1184;
    private static final int WARM_UP = 5;
    private static final int ROUNDS = 25;

    private CompatibilityShare() {}

    public static void main(String[] args) {
        System.out.printf("%-7s %14s %14s %7s%n", "batch", "weight 0, ms", "weight 3, ms", "ratio");
        for (String batch : args) {
            String[] shape = batch.split("x", 2);
            int people = Integer.parseInt(shape[0]);
            int cropsEach = Integer.parseInt(shape[1]);
            try (var without = new TrainingSteps(config(0), people, cropsEach, CLASSES);
                    var with = new TrainingSteps(config(3), people, cropsEach, CLASSES)) {
                with.foundSpace();
                compare(batch, without, with);
            }
        }
    }

    private static LearnerConfig config(int weight) {
        return LearnerConfig.from(Settings.of(Map.of("compatibility.weight", Integer.toString(weight))));
    }

    private static void compare(String batch, TrainingSteps without, TrainingSteps with) {
        without.run(WARM_UP);
        with.run(WARM_UP);
        var plain = new double[ROUNDS];
        var comparable = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            plain[i] = without.run(1)[0];
            comparable[i] = with.run(1)[0];
        }
        System.out.printf(
                "%-7s %14.1f %14.1f %7.2f%n",
                batch, median(plain), median(comparable), median(comparable) / median(plain));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
