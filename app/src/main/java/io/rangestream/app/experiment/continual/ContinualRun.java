package io.rangestream.app.experiment.continual;

import io.rangestream.app.ShutdownSignal;
import io.rangestream.app.broker.EmbeddedBroker;
import io.rangestream.app.experiment.Run;
import io.rangestream.app.experiment.Software;
import io.rangestream.app.local.TrainingWatch;
import io.rangestream.avro.LearnerState;
import io.rangestream.client.ClientConfig;
import io.rangestream.ingest.Ingest;
import io.rangestream.ingest.IngestConfig;
import io.rangestream.ingest.source.FaceRef;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.learner.Learner;
import io.rangestream.learner.LearnerStatus;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.sampler.Sampler;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.topics.TopicAdmin;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;

/**
 * One run: a broker, the learner, for the sampled arms the sampler and ingest, and a client that measures every version. Repeatable
 * bit by bit for one number of learner threads.
 */
final class ContinualRun {
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration SAY = Duration.ofSeconds(15);

    private final RunKey key;
    private final Cast cast;
    private final FaceSource clean;
    private final ContinualOptions options;
    private final Settings userSettings;
    private final ShutdownSignal signal;
    private final PrintStream out;
    private final Arrival arrival;
    private final Drift drift;
    private final FaceSource stream;
    private final Instant started = Instant.now();

    /** @param clean where the faces are, which stays the caller's to close */
    ContinualRun(
            RunKey key,
            Cast cast,
            FaceSource clean,
            ContinualOptions options,
            Settings userSettings,
            ShutdownSignal signal,
            PrintStream out) {
        this.key = key;
        this.cast = cast;
        this.clean = clean;
        this.options = options;
        this.userSettings = userSettings;
        this.signal = signal;
        this.out = out;
        this.arrival = Arrival.of(cast.training(), key.order(), options.waves(), key.seed());
        this.drift = new Drift(key.seed());
        this.stream = new DriftingSource(clean, arrival.drifted(), drift);
    }

    /**
     * Trains on the stream and measures every version.
     *
     * @return empty if it was stopped
     */
    Optional<Run> run() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("rangestream-experiment-");
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("kafka"), 0)) {
            var settings =
                    RunSettings.of(key, options, userSettings, arrival.faces().size());
            return run(settings, settings.at(broker.bootstrapServers(), directory));
        } finally {
            EmbeddedBroker.delete(directory);
        }
    }

    private Optional<Run> run(RunSettings chosen, Settings settings) throws IOException, InterruptedException {
        CommonConfig common = CommonConfig.from(settings);
        try (var admin = new TopicAdmin(common.clientConfig())) {
            admin.create(common.topics(), common.replicationFactor());
        }
        Optional<LearnerStatus> trained = train(common, settings, chosen);
        if (trained.isEmpty()) {
            return Optional.empty();
        }
        var versions = new VersionsOnTopic(
                common,
                ClientConfig.from(settings).claimCheck(),
                LearnerConfig.from(settings).threads(),
                size -> VersionTest.of(cast, arrival, clean, drift, size));
        Optional<List<Run.Point>> measured = versions.measure(signal::isRequested);
        if (measured.isEmpty()) {
            return Optional.empty();
        }
        List<Run.Point> points = measured.get();
        Map<String, Double> figures = Figures.atTheEnd(points, arrival);
        figures.put(Figures.MIRRORED_AUC, versions.mirroredAuc());
        figures.put("seconds", (double) Duration.between(started, Instant.now()).toSeconds());
        say("AUC %.4f, rank-1 %.4f".formatted(figures.get(Figures.MIRRORED_AUC), figures.get(Figures.RANK1)));
        return Optional.of(new Run(
                ContinualExperiment.NAME,
                key.name(),
                key.seed(),
                started.truncatedTo(ChronoUnit.SECONDS).toString(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                Software.here(trained.get().backend()),
                chosen.described(cast, clean),
                figures,
                points));
    }

    /** Trains until the budget is spent; empty if it was stopped. */
    private Optional<LearnerStatus> train(CommonConfig common, Settings settings, RunSettings chosen)
            throws InterruptedException {
        try (Learner learner = Learner.start(common, LearnerConfig.from(settings))) {
            if (!key.arm().isSampled()) {
                try (var batches = DirectBatches.connect(common, stream)) {
                    var feeding = CompletableFuture.runAsync(
                            () -> batches.run(chosen.steps(), batches(chosen), () -> learner.status()
                                    .batches()),
                            TrainingWatch::ownThread);
                    return await(learner, Optional.empty(), feeding, chosen.steps());
                }
            }
            try (Sampler sampler = Sampler.start(common, SamplerConfig.from(settings));
                    Ingest ingest = Ingest.connect(common, IngestConfig.from(settings))) {
                var feeding = CompletableFuture.runAsync(
                        () -> ingest.run(stream, arrival.faces(), progress -> {}), TrainingWatch::ownThread);
                Optional<LearnerStatus> trained = await(learner, Optional.of(sampler), feeding, chosen.steps());
                ingest.stop();
                return trained;
            }
        }
    }

    private IntFunction<List<FaceRef>> batches(RunSettings chosen) {
        return key.arm() == Arm.RAW
                ? step -> DirectBatches.recent(arrival.faces(), chosen.cropsPerBatch(), step, chosen.steps())
                : step -> DirectBatches.byImage(arrival.faces(), chosen.cropsPerBatch(), step, key.seed());
    }

    private Optional<LearnerStatus> await(
            Learner learner, Optional<Sampler> sampler, CompletableFuture<Void> feeding, int steps)
            throws InterruptedException {
        var watch = new TrainingWatch(learner, sampler, feeding);
        long lastLine = System.nanoTime();
        while (!signal.await(LOOK)) {
            watch.look();
            LearnerStatus status = learner.status();
            if (status.batches() >= steps && status.state() == LearnerState.IDLE) {
                return Optional.of(status);
            }
            if (System.nanoTime() - lastLine > SAY.toNanos()) {
                lastLine = System.nanoTime();
                say("%,d crops, %.0f/s, loss %.2f, version %d"
                        .formatted(
                                status.crops(),
                                status.cropsPerSecond(),
                                status.losses().total(),
                                status.version()));
            }
        }
        return Optional.empty();
    }

    private void say(String what) {
        out.printf(
                Locale.ROOT,
                "%s  %4d s  %s%n",
                key.name(),
                Duration.between(started, Instant.now()).toSeconds(),
                what);
    }
}
