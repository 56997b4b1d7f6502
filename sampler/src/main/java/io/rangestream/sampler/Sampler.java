package io.rangestream.sampler;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.rangestream.avro.BatchFace;
import io.rangestream.avro.Erasure;
import io.rangestream.avro.LabeledFace;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.topology.LearnerDistance;
import io.rangestream.sampler.topology.RocksMemory;
import io.rangestream.sampler.topology.SamplerTopology;
import io.rangestream.sampler.topology.StreamsSettings;
import io.rangestream.sampler.topology.TaskBoard;
import io.rangestream.sampler.topology.TaskBoard.Event;
import io.rangestream.sampler.topology.TaskReport;
import io.rangestream.schemas.broker.BrokerConnection;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.topics.TopicCatalogue;
import io.rangestream.schemas.wire.RegistrySchemas;
import io.rangestream.schemas.wire.SchemaTopic;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running sampler: faces in, batches out, until it is closed or has failed. Thread-safe. */
public final class Sampler implements MeterBinder, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Sampler.class);
    private static final Duration STREAMS_CLOSE = Duration.ofSeconds(7);
    private static final Duration LOOK = Duration.ofMillis(20);

    private final KafkaStreams streams;
    private final TaskBoard board;
    private final Pacer pacer;
    private final LearnerWatch watch;
    private final SchemaTopic schemas;
    private final RocksMemory memory;
    private final FailurePolicy failures;
    private final SamplerMetrics metrics;
    private final IdentityQueries queries;
    private final FacesTopic faces;
    private final Progress progress;

    private Sampler(CommonConfig common, SamplerConfig config, Preflight.Facts facts) {
        board = new TaskBoard();
        var learner = new LearnerDistance(config.pacing().batchesAheadPerTask(facts.facePartitions()));
        memory = new RocksMemory(config.stateMemoryBytes());
        schemas = new SchemaTopic(common.topics().schemas(), common.clientConfig());
        String application = StreamsSettings.applicationId(common, config);
        faces = new FacesTopic(common, application);
        failures = new FailurePolicy(config.stateDir(), InstantSource.system());
        Properties settings = StreamsSettings.of(common, config, facts.deadLetterBytes(), memory);
        streams = new KafkaStreams(
                SamplerTopology.build(
                        config,
                        common.topics(),
                        RegistrySchemas.with(config.registry(), schemas),
                        board,
                        learner,
                        faces),
                settings);
        streams.setUncaughtExceptionHandler(failures);
        pacer = new Pacer(
                new PausableStreams(streams),
                board,
                learner,
                config.pacing().mode(),
                facts.faceRetention(),
                InstantSource.system());
        progress = new Progress(
                new WatchedStreams(streams),
                faces,
                topics(common),
                SamplerTopology.changelogs(application),
                config.stuckAfter(),
                InstantSource.system());
        watch = new LearnerWatch(common, schemas, learner, pacer, faces, progress);
        metrics = new SamplerMetrics(streams, board, pacer, progress);
        queries = new IdentityQueries(
                streams, board, config, settings.getProperty(StreamsConfig.APPLICATION_SERVER_CONFIG, ""));
    }

    /** As {@link #start(CommonConfig, SamplerConfig, BrokerConnection)}, with a command's patience. */
    public static Sampler start(CommonConfig common, SamplerConfig config) {
        return start(common, config, BrokerConnection.ofCommand(common));
    }

    /**
     * Checks the topics, publishes the sampler's schemas and starts. Returns before the buffers are restored.
     *
     * @param broker waits for Kafka and for the topics
     * @throws ConfigurationException in one line, if a setting or a topic has to be changed first
     * @throws KafkaException in one line, if Kafka cannot be reached in time or refuses this client
     * @throws IllegalStateException in one line, if the state found is damaged
     */
    public static Sampler start(CommonConfig common, SamplerConfig config, BrokerConnection broker) {
        broker.requireTopics(Preflight.topics(common.topics()));
        Preflight.Facts facts = broker.call(() -> Preflight.check(common, config));
        broker.call(() -> {
            SchemaTopic.publish(
                    common.topics().schemas(),
                    common.clientConfig(),
                    List.of(
                            TrainingBatch.getClassSchema(),
                            Erasure.getClassSchema(),
                            LabeledFace.getClassSchema(),
                            BatchFace.getClassSchema()));
            return facts;
        });
        Sampler sampler = broker.call(() -> begun(common, config, facts));
        log.info(
                "sampler {} draws {} x {} crops from {}",
                StreamsSettings.applicationId(common, config),
                config.batchIdentities(),
                config.samplesPerIdentity(),
                common.topics().faces());
        return sampler;
    }

    private static Sampler begun(CommonConfig common, SamplerConfig config, Preflight.Facts facts) {
        Sampler sampler;
        try {
            sampler = new Sampler(common, config, facts);
        } catch (StreamsException e) {
            throw new ConfigurationException("%s %s is in use by another sampler, or is no folder to keep state in: %s"
                    .formatted(SamplerConfig.STATE_DIR, config.stateDir(), e.getMessage()));
        }
        try {
            sampler.watch.start();
            sampler.streams.start();
        } catch (StreamsException e) {
            // Streams opens the stores that it finds before its threads run.
            sampler.close();
            throw new IllegalStateException(sampler.failures.line(e), e);
        } catch (RuntimeException e) {
            sampler.close();
            throw e;
        }
        return sampler;
    }

    /** State of the Streams application. */
    public State state() {
        return streams.state();
    }

    /** Whether it works or may yet: not failed and not closed. True while it starts and rebalances. */
    public boolean isLive() {
        State state = state();
        return state == State.CREATED || state == State.REBALANCING || state == State.RUNNING;
    }

    /**
     * Whether it takes in faces, or would if it did not wait for the learner; false while buffers are restored, and while it is stuck
     * at something that may pass without a restart, as {@link #remarks()} says.
     */
    public boolean isReady() {
        return isRunning() && progress.stuck().isEmpty();
    }

    /** Whether it can be asked for identities. */
    public boolean isRunning() {
        return state() == State.RUNNING;
    }

    /** What an operator should know at this moment, one line each; empty if there is nothing. */
    public List<String> remarks() {
        var remarks = new ArrayList<String>();
        progress.stuck().ifPresent(remarks::add);
        remarks.addAll(board.alarms().values());
        long lost = board.counted(Event.LOST);
        if (lost > 0) {
            remarks.add("up to %d faces were deleted from their topic before they were read".formatted(lost));
        }
        return remarks;
    }

    /**
     * Waits until it takes in faces.
     *
     * @return false if it does not within the time, or has failed
     * @throws InterruptedException if interrupted while waiting
     */
    public boolean awaitRunning(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!isReady()) {
            if (!isLive() || System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(LOOK.toMillis());
        }
        return true;
    }

    /** Why it stopped by itself, in one line; empty unless it did. */
    public Optional<String> failure() {
        return failures.failure();
    }

    /** Where it stands. */
    public SamplerStatus status() {
        Collection<TaskReport> tasks = board.reports().values();
        return new SamplerStatus(
                state(),
                streams.isPaused(),
                tasks.size(),
                board.counted(Event.ACCEPTED),
                board.counted(Event.HELD_OUT),
                board.counted(Event.DUPLICATE),
                board.counted(Event.REJECTED),
                board.counted(Event.RETRACTED),
                board.counted(Event.ERASED),
                board.counted(Event.BATCH),
                tasks.stream().mapToDouble(TaskReport::credit).sum(),
                tasks.stream().mapToLong(TaskReport::identities).sum(),
                tasks.stream().mapToLong(TaskReport::drawable).sum(),
                tasks.stream().mapToLong(TaskReport::kept).sum(),
                pacer.ahead());
    }

    /** The identities of the tasks here, counted. */
    public IdentityCensus census() {
        return queries.census();
    }

    /** Looks one identity up in the buffers here, or says who has its partition. */
    public IdentityLookup find(String identity) {
        return queries.find(identity);
    }

    /** Adds the metrics of the sampler and of Kafka Streams; for one registry, which may not outlive the sampler. */
    @Override
    public void bindTo(MeterRegistry registry) {
        metrics.bindTo(registry);
    }

    /** Stops within ten seconds; what was not committed is done again by whoever takes over. */
    @Override
    public void close() {
        metrics.close();
        watch.close();
        // Leaving the group hands the partitions over at once instead of after the session's time.
        if (streams.close(CloseOptions.timeout(STREAMS_CLOSE)
                .withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP))) {
            memory.close();
        } else {
            log.warn(
                    "the sampler did not stop within {} s; its work since the last commit is repeated later",
                    STREAMS_CLOSE.toSeconds());
        }
        schemas.close();
        faces.close();
    }

    /** The topics that it reads and writes, but for its own. */
    private static List<String> topics(CommonConfig common) {
        TopicCatalogue topics = common.topics();
        return List.of(topics.faces(), topics.facesRejected(), topics.facesHoldout(), topics.batches());
    }

    private record WatchedStreams(KafkaStreams streams) implements Progress.Application {
        @Override
        public boolean works() {
            return streams.state() == State.RUNNING && !streams.isPaused();
        }

        @Override
        public Set<Integer> partitions() {
            return streams.metadataForLocalThreads().stream()
                    .flatMap(thread -> thread.activeTasks().stream())
                    .map(task -> task.taskId().partition())
                    .collect(Collectors.toSet());
        }
    }

    private record PausableStreams(KafkaStreams streams) implements Pacer.Pausable {
        @Override
        public State state() {
            return streams.state();
        }

        @Override
        public boolean isPaused() {
            return streams.isPaused();
        }

        @Override
        public void pause() {
            streams.pause();
        }

        @Override
        public void resume() {
            streams.resume();
        }
    }
}
