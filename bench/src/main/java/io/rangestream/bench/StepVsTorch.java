package io.rangestream.bench;

import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.schemas.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The training step of the learner and the same step in PyTorch, in turns: network, head, softmax + range loss and optimiser, on
 * random crops in memory. Started by {@code bench/step-vs-torch}, which names the interpreter; each further argument is a case
 * {@code network:P×K} or {@code network@width:P×K}, for example {@code compact:4x8} or {@code resnet-18@0.5:4x8}.
 */
public final class StepVsTorch {
    /** People of LFW DevTrain with at least two images. */
    private static final int CLASSES = 1184;

    private static final int THREADS = 2;
    private static final int ROUNDS = 6;
    /** How long one side runs before the other has its turn. */
    private static final double TURN_MILLIS = 1500;

    private StepVsTorch() {}

    private record Case(String network, int identities, int samples) {
        static Case of(String text) {
            String[] parts = text.split("[:x]", -1);
            if (parts.length != 3) {
                throw new IllegalArgumentException("not a case NETWORK:PxK: " + text);
            }
            return new Case(parts[0], Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
        }

        String backbone() {
            return network.replaceFirst("@.*", "");
        }

        String width() {
            return network.contains("@") ? network.substring(network.indexOf('@') + 1) : "1";
        }

        int batch() {
            return identities * samples;
        }
    }

    public static void main(String[] args) throws IOException {
        System.out.println(hardware());
        for (String text : Arrays.asList(args).subList(2, args.length)) {
            compare(Case.of(text), args[0], args[1]);
        }
    }

    private static void compare(Case shape, String python, String script) throws IOException {
        var config = LearnerConfig.from(Settings.of(Map.of(
                LearnerConfig.DEVICE,
                "cpu",
                LearnerConfig.THREADS,
                Integer.toString(THREADS),
                LearnerConfig.BACKBONE,
                shape.backbone(),
                LearnerConfig.WIDTH,
                shape.width())));
        try (var ours = new TrainingSteps(config, shape.identities(), shape.samples(), CLASSES);
                var theirs = new TorchSteps(
                        List.of(python, script),
                        shape.network(),
                        shape.batch(),
                        shape.samples(),
                        THREADS,
                        ours.classes())) {
            double[] warm = ours.run(20);
            double[] theirWarm = theirs.run(5);
            int steps = turn(warm);
            int theirSteps = turn(theirWarm);
            var our = new double[ROUNDS][];
            var their = new double[ROUNDS][];
            for (int r = 0; r < ROUNDS; r++) {
                our[r] = ours.run(steps);
                their[r] = theirs.run(theirSteps);
            }
            System.out.printf(
                    "%s, batch %d = %d x %d, %d classes, %d threads%n",
                    shape.network(), shape.batch(), shape.identities(), shape.samples(), ours.classes(), THREADS);
            double ourMedian = print("RangeStream, " + ours.backend(), our, shape.batch());
            double theirMedian = print(theirs.version(), their, shape.batch());
            System.out.printf("  ratio of crops per second: %.2f%n", theirMedian / ourMedian);
        }
    }

    private static int turn(double[] warm) {
        return (int) Math.max(3, Math.round(TURN_MILLIS / median(warm)));
    }

    private static double print(String name, double[][] rounds, int batch) {
        double[] all =
                Arrays.stream(rounds).flatMapToDouble(Arrays::stream).sorted().toArray();
        double median = median(all);
        System.out.printf(
                "  %7.1f ms (median of %d steps in %d turns; quartiles %.1f and %.1f) = %6.1f crops/s  %s%n",
                median,
                all.length,
                rounds.length,
                all[all.length / 4],
                all[all.length * 3 / 4],
                batch * 1e3 / median,
                name);
        return median;
    }

    private static double median(double[] values) {
        return Arrays.stream(values).sorted().toArray()[values.length / 2];
    }

    private static String hardware() throws IOException {
        Path cpus = Path.of("/proc/cpuinfo");
        List<String> lines = Files.isReadable(cpus) ? Files.readAllLines(cpus) : List.of();
        String model = lines.stream()
                .filter(l -> l.startsWith("model name"))
                .map(l -> l.substring(l.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
        String flags =
                lines.stream().filter(l -> l.startsWith("flags")).findFirst().orElse("");
        List<String> vectors = Stream.of("avx2", "avx512f")
                .filter(f -> flags.contains(" " + f + " "))
                .toList();
        return "%s, %d CPUs, %s, JDK %s"
                .formatted(
                        model,
                        Runtime.getRuntime().availableProcessors(),
                        String.join(" ", vectors),
                        Runtime.version());
    }
}
