package io.rangestream.bench;

import io.rangestream.app.broker.EmbeddedBroker;
import io.rangestream.learner.Learner;
import io.rangestream.learner.LearnerStatus;
import io.rangestream.learner.config.CheckpointConfig;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.topics.TopicAdmin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The learner fed from a topic that was filled before (no sampler runs), against the bare training loop on the same batches decoded in
 * memory, in turns. Started by {@code bench/learner-vs-loop}; the arguments are P, K and the seconds of a turn. No versions are
 * published, as the loop publishes none.
 */
public final class LearnerVsLoop {
    private static final int ROUNDS = 5;
    private static final int WARM_UP = 6;
    /** Reads of the status are this far apart; a step takes at least ten times as long. */
    private static final long LOOK_MILLIS = 2;

    private LearnerVsLoop() {}

    /** Crops per second of one turn, and what the threads that served it allocated per batch. */
    private record Turn(double cropsPerSecond, double allocatedPerBatch) {}

    public static void main(String[] args) throws IOException, InterruptedException {
        int identities = Integer.parseInt(args[0]);
        int samples = Integer.parseInt(args[1]);
        double seconds = Double.parseDouble(args[2]);
        Path folder = Files.createTempDirectory("rangestream-bench-");
        try (var broker = EmbeddedBroker.start(folder.resolve("broker"), 0)) {
            Settings settings = Settings.of(Map.of(
                    CommonConfig.BOOTSTRAP_SERVERS, broker.bootstrapServers(),
                    CommonConfig.TOPIC_PREFIX, "bench.",
                    CheckpointConfig.DIR, folder.resolve("checkpoints").toString(),
                    LearnerConfig.PUBLISH_EVERY_BATCHES, Integer.toString(Integer.MAX_VALUE),
                    LearnerConfig.PUBLISH_MAX_INTERVAL, "0",
                    LearnerConfig.DEVICE, "cpu",
                    LearnerConfig.THREADS, "2"));
            compare(settings, identities, samples, seconds);
        } finally {
            EmbeddedBroker.delete(folder);
        }
    }

    private static void compare(Settings settings, int identities, int samples, double seconds)
            throws InterruptedException {
        var common = CommonConfig.from(settings);
        var config = LearnerConfig.from(settings);
        try (var admin = new TopicAdmin(common.clientConfig())) {
            admin.create(common.topics(), (short) 1);
        }
        var source = new SyntheticBatches(identities, samples);
        int batch = identities * samples;
        var ours = new Turn[ROUNDS];
        var bare = new Turn[ROUNDS];
        try (var loop = new BareLoop(config, source.take(16))) {
            loop.run(WARM_UP);
            int steps = (int) Math.max(WARM_UP, seconds / loop.run(WARM_UP) * WARM_UP);
            source.fill(common, (ROUNDS + 1) * (steps + 2 * WARM_UP));
            fed(common, config, WARM_UP, batch);
            for (int r = 0; r < ROUNDS; r++) {
                loop.run(WARM_UP);
                Allocation before = Allocation.ofTraining();
                double took = loop.run(steps);
                bare[r] = new Turn(steps * batch / took, Allocation.ofTraining().since(before) / steps);
                ours[r] = fed(common, config, steps, batch);
            }
            System.out.printf(
                    "%s, batch %d = %d x %d, %d turns of %d steps, %s%n",
                    config.backbone(), batch, identities, samples, ROUNDS, steps, loop.backend());
        }
        double ourMedian = print("learner fed from the topic", ours);
        double bareMedian = print("bare training loop", bare);
        System.out.printf("  ratio of crops per second: %.3f%n", ourMedian / bareMedian);
        System.out.printf("  a batch's crops as floats: %d KB%n", batch * 3L * 64 * 64 * Float.BYTES / 1024);
    }

    /** Starts the learner where the turn before left it, and times the steps after a warm-up. */
    private static Turn fed(CommonConfig common, LearnerConfig config, int steps, int batch)
            throws InterruptedException {
        try (Learner learner = Learner.start(common, config)) {
            long before = await(learner, 1).batches();
            LearnerStatus from = await(learner, before + WARM_UP);
            Allocation allocated = Allocation.ofTraining();
            LearnerStatus to = await(learner, from.batches() + steps);
            double perBatch = Allocation.ofTraining().since(allocated) / steps;
            double took = (to.lastStepNanos() - from.lastStepNanos()) / 1e9;
            return new Turn((to.batches() - from.batches()) * batch / took, perBatch);
        }
    }

    private static LearnerStatus await(Learner learner, long batches) throws InterruptedException {
        while (true) {
            LearnerStatus status = learner.status();
            if (status.batches() >= batches && status.lastStepNanos() != 0) {
                return status;
            }
            learner.failure().ifPresent(failure -> {
                throw new IllegalStateException("the learner ended", failure);
            });
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private static double print(String name, Turn[] turns) {
        double[] rates =
                Arrays.stream(turns).mapToDouble(Turn::cropsPerSecond).sorted().toArray();
        double allocated =
                Arrays.stream(turns).mapToDouble(Turn::allocatedPerBatch).min().orElseThrow();
        double median = rates[rates.length / 2];
        List<String> all =
                Arrays.stream(rates).mapToObj(r -> "%.1f".formatted(r)).toList();
        System.out.printf(
                "  %6.1f crops/s (median of %s), %.0f KB allocated per batch  %s%n",
                median, String.join(", ", all), allocated / 1024, name);
        return median;
    }
}
