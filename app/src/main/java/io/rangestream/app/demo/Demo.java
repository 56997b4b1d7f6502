package io.rangestream.app.demo;

import io.rangestream.app.ShutdownSignal;
import io.rangestream.app.broker.EmbeddedBroker;
import io.rangestream.app.evaluate.LfwProtocol;
import io.rangestream.app.local.TrainingWatch;
import io.rangestream.avro.LearnerState;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.client.ArtifactFetcher;
import io.rangestream.client.ClientConfig;
import io.rangestream.client.ModelFollower;
import io.rangestream.client.ModelLog;
import io.rangestream.client.ModelVersion;
import io.rangestream.client.OnnxEmbedder;
import io.rangestream.ingest.Ingest;
import io.rangestream.ingest.IngestConfig;
import io.rangestream.ingest.IngestSummary;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.learner.Learner;
import io.rangestream.learner.config.CheckpointConfig;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.sampler.Sampler;
import io.rangestream.sampler.SamplerStatus;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.broker.BrokerConnection;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.identity.IdentityList;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.topics.TopicAdmin;
import io.rangestream.schemas.wire.SchemaTopic;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * All roles in one process around one broker, until every batch has been trained on. Repeatable bit by bit: one faces
 * partition, no publication by the clock, one seed for everything.
 */
public final class Demo implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration READ_WITHIN = Duration.ofSeconds(30);
    private static final Duration SERVED_WITHIN = Duration.ofSeconds(30);

    private final DemoOptions options;
    private final Settings userSettings;
    private final FaceSource source;
    private final ShutdownSignal signal;
    private final PrintStream out;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private List<ModelUpdate> versions = List.of();

    public Demo(DemoOptions options, Settings settings, FaceSource source, ShutdownSignal signal, PrintStream out) {
        this.options = options;
        this.userSettings = settings;
        this.source = source;
        this.signal = signal;
        this.out = out;
    }

    /** What was published, the oldest first. */
    public List<ModelUpdate> versions() {
        return versions;
    }

    /**
     * Runs the demo.
     *
     * @return the figures; empty if it was stopped
     */
    public Optional<DemoReport> run() throws IOException, InterruptedException {
        Optional<LfwProtocol> protocol = options.protocol().map(LfwProtocol::new);
        Optional<IdentityList> people = protocol.map(p -> IdentityList.read(p.trainingPeople()));
        Path directory = workDirectory();
        Settings settings = settings(directory);
        out.printf("looking at %s%n", source.description());
        Optional<DemoPlan> planned = DemoPlan.of(
                source,
                people,
                IngestConfig.from(settings),
                SamplerConfig.from(settings),
                options.crops(),
                signal::isRequested);
        if (planned.isEmpty()) {
            return Optional.empty();
        }
        DemoPlan plan = planned.get();
        settings = settings.with(SamplerConfig.REPLAY_RATIO, plan.replayRatio())
                .with(LearnerConfig.PUBLISH_EVERY_BATCHES, plan.publishEvery());
        var progress = new DemoProgress(
                out,
                options.terminal(),
                plan.batches() * SamplerConfig.from(settings).cropsPerBatch());
        progress.step("%,d training faces, %,d batches, %d versions"
                .formatted(plan.trainingFaces(), plan.batches(), plan.versions()));
        CommonConfig common = CommonConfig.from(broker(settings, directory, progress));
        BrokerConnection broker = BrokerConnection.ofRole(common, signal::isRequested);
        createTopics(common, broker);
        Learner learner = opening(Learner.start(common, LearnerConfig.from(settings), broker));
        Sampler sampler = opening(Sampler.start(common, SamplerConfig.from(settings), broker));
        ModelFollower follower = opening(ModelFollower.start(common, ClientConfig.from(settings)));
        Ingest ingest = opening(Ingest.connect(common, IngestConfig.from(settings)));
        progress.step(
                "broker %s, sampler, learner and client are up; faces are sent".formatted(common.bootstrapServers()));

        var throughput = new Throughput();
        CompletableFuture<IngestSummary> sending =
                CompletableFuture.supplyAsync(() -> ingest.run(source, people, progress), TrainingWatch::ownThread);
        boolean complete = watch(sampler, learner, sending, throughput, progress);
        progress.endLine();
        if (!complete) {
            ingest.stop();
            return Optional.empty();
        }
        IngestSummary sent = sending.join();
        progress.step(sent.render().replace("\n", "; "));
        return Optional.of(report(common, sent, learner, follower, throughput, protocol));
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                out.println("rangestream: on closing: " + e.getMessage());
            }
        }
    }

    private Path workDirectory() throws IOException {
        Path directory = Files.createTempDirectory("rangestream-demo-");
        opened.push(() -> {
            if (options.keep()) {
                out.println("kept: " + directory);
            } else {
                EmbeddedBroker.delete(directory);
            }
        });
        return directory;
    }

    /** The user's settings, and under them those that make a run repeatable and leave nothing behind. */
    private Settings settings(Path directory) {
        var defaults = new HashMap<String, String>();
        defaults.put(CommonConfig.TOPIC_PARTITIONS, "1");
        defaults.put(SamplerConfig.SEED, Long.toString(options.seed()));
        defaults.put(IngestConfig.SEED, Long.toString(options.seed()));
        defaults.put(SamplerConfig.STATE_DIR, directory.resolve("state").toString());
        defaults.put(CheckpointConfig.DIR, directory.resolve("checkpoints").toString());
        defaults.put(LearnerConfig.PUBLISH_MAX_INTERVAL, "0");
        if (options.ownBroker()) {
            // Beside whatever else is on that broker.
            defaults.put(CommonConfig.TOPIC_PREFIX, "demo-%d.".formatted(System.currentTimeMillis()));
        }
        return userSettings.orElse(Settings.of(defaults));
    }

    private Settings broker(Settings settings, Path directory, DemoProgress progress) {
        if (options.ownBroker()) {
            return settings;
        }
        progress.step("starting an embedded Kafka broker");
        EmbeddedBroker broker = opening(EmbeddedBroker.start(directory.resolve("kafka"), 0));
        return settings.with(CommonConfig.BOOTSTRAP_SERVERS, broker.bootstrapServers());
    }

    private static void createTopics(CommonConfig common, BrokerConnection broker) {
        broker.await().call(() -> {
            try (var admin = new TopicAdmin(common.clientConfig())) {
                return admin.create(common.topics(), common.replicationFactor());
            }
        });
    }

    /** Waits until everything sent has been trained on; false if the process is to end before. */
    private boolean watch(
            Sampler sampler,
            Learner learner,
            CompletableFuture<IngestSummary> sending,
            Throughput throughput,
            DemoProgress progress)
            throws InterruptedException {
        var alive = new TrainingWatch(learner, Optional.of(sampler), sending);
        while (!signal.await(LOOK)) {
            alive.look();
            SamplerStatus drawn = sampler.status();
            var trained = learner.status();
            throughput.look(trained);
            progress.show(drawn, trained);
            if (sending.isDone() && isDone(sending.join(), drawn, trained.batches(), trained.state())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isDone(IngestSummary sent, SamplerStatus drawn, long trained, LearnerState state) {
        long taken = drawn.accepted() + drawn.heldOut() + drawn.duplicates() + drawn.rejected();
        return taken >= sent.crops() && trained >= drawn.batches() && state == LearnerState.IDLE;
    }

    private DemoReport report(
            CommonConfig common,
            IngestSummary sent,
            Learner learner,
            ModelFollower follower,
            Throughput throughput,
            Optional<LfwProtocol> protocol)
            throws IOException, InterruptedException {
        try (var schemas = new SchemaTopic(common.topics().schemas(), common.clientConfig());
                ModelLog log = ModelLog.open(common, schemas, TrustedKeys.anyone())) {
            log.readToEnd(READ_WITHIN);
            versions = log.list().stream().map(ModelVersion::update).toList();
            Optional<ModelVersion> promoted = log.promoted();
            Optional<ModelVersion> served = promoted.isEmpty()
                    ? Optional.empty()
                    : follower.awaitVersion(promoted.get().version(), SERVED_WITHIN);
            Double untrained = versions.isEmpty()
                    ? null
                    : versions.get(versions.size() - 1).getEvaluation().getUntrainedAuc();
            return new DemoReport(
                    learner.status().crops(),
                    sent.identities(),
                    sent.crops(),
                    throughput.seconds(),
                    throughput.cropsPerSecond(),
                    learner.status().backend(),
                    untrained,
                    versions.stream().map(DemoReport.Version::of).toList(),
                    protocol.isEmpty() || served.isEmpty()
                            ? null
                            : evaluate(common, schemas, served.get(), protocol.get()),
                    served.map(version -> new DemoReport.Client(version.version(), version.sha256()))
                            .orElse(null));
        }
    }

    private DemoReport.Protocol evaluate(
            CommonConfig common, SchemaTopic schemas, ModelVersion version, LfwProtocol protocol) throws IOException {
        try (ArtifactFetcher fetcher = ArtifactFetcher.of(
                        common,
                        schemas,
                        READ_WITHIN,
                        ClientConfig.from(userSettings).claimCheck());
                var embedder = new OnnxEmbedder(
                        fetcher.fetch(version),
                        version.network(),
                        Runtime.getRuntime().availableProcessors())) {
            LfwProtocol.Result result = protocol.evaluate(embedder, source);
            return new DemoReport.Protocol(result.name(), result.auc(), result.accuracy());
        }
    }

    private <T extends AutoCloseable> T opening(T resource) {
        opened.push(resource);
        return resource;
    }
}
