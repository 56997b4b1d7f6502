package io.rangestream.bench;

import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.schemas.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * The training step of one network on random crops in memory, 4 × 8, and the memory of the process. Started by {@code bench/backbones},
 * a process per network.
 */
public final class BackboneSteps {
    private static final int IDENTITIES = 4;
    private static final int SAMPLES = 8;
    private static final int THREADS = 2;
    private static final int WARM = 2;

    private BackboneSteps() {}

    /** Takes the network, its width and the number of timed steps. */
    public static void main(String[] args) throws IOException {
        var config = LearnerConfig.from(Settings.of(Map.of(
                "backend",
                "cpu",
                "learner.threads",
                Integer.toString(THREADS),
                "backbone",
                args[0],
                "backbone.width",
                args[1])));
        try (var steps = new TrainingSteps(config, IDENTITIES, SAMPLES, IDENTITIES * SAMPLES)) {
            steps.run(WARM);
            double[] millis = steps.run(Integer.parseInt(args[2]));
            Arrays.sort(millis);
            double median = millis[millis.length / 2];
            System.out.printf(
                    "%s: %.0f ms a step of %d, %.1f crops/s (median of %d, best %.0f ms), peak memory %s%n",
                    config.backbone(),
                    median,
                    IDENTITIES * SAMPLES,
                    IDENTITIES * SAMPLES * 1000 / median,
                    millis.length,
                    millis[0],
                    peakMemory());
        }
    }

    private static String peakMemory() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        }
    }
}
