package io.rangestream.learner;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.rangestream.learner.backbone.Backbones;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.schemas.broker.BrokerConnection;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.ConfigurationException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.KafkaException;

/**
 * A running learner: reads batches, trains, and publishes versions. Several may run in one group; the one that holds the batches
 * partition trains. Thread-safe.
 */
public final class Learner implements MeterBinder, AutoCloseable {
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(9);

    private final LearnerLoop loop;
    private final CompositeMeterRegistry meters;
    private final Thread thread;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private Learner(LearnerLoop loop, CompositeMeterRegistry meters) {
        this.loop = loop;
        this.meters = meters;
        this.thread = new Thread(this::run, "rangestream-learner");
        thread.setDaemon(true);
    }

    /** As {@link #start(CommonConfig, LearnerConfig, BrokerConnection)}, with a command's patience. */
    public static Learner start(CommonConfig common, LearnerConfig config) {
        return start(common, config, BrokerConnection.ofCommand(common));
    }

    /**
     * Starts a learner.
     *
     * @param broker waits for Kafka and for the topics
     * @throws ConfigurationException if topics are missing and not waited for
     * @throws KafkaException in one line, if Kafka cannot be reached in time or refuses this client
     * @throws IllegalStateException in one line if the backend cannot be had
     */
    public static Learner start(CommonConfig common, LearnerConfig config, BrokerConnection broker) {
        Backbones.requireDevice(config.device());
        broker.requireTopics(LearnerClients.topics(common, config));
        var meters = new CompositeMeterRegistry();
        var learner = new Learner(new LearnerLoop(common, config, meters), meters);
        learner.thread.start();
        return learner;
    }

    /** What the learner is at. */
    public LearnerStatus status() {
        return loop.status();
    }

    /** Whether its thread runs. */
    public boolean isLive() {
        return !ended.isDone();
    }

    /** Whether it trains or stands by, and waits for nothing that somebody has to see to. */
    public boolean isReady() {
        return isLive() && loop.isJoined() && status().waitsFor().isEmpty();
    }

    /** What it waits for that somebody may have to see to, in one line. */
    public List<String> remarks() {
        String waitsFor = status().waitsFor();
        return waitsFor.isEmpty() ? List.of() : List.of(waitsFor);
    }

    /** Adds the learner's metrics, those it has by now and those it will have. */
    @Override
    public void bindTo(MeterRegistry registry) {
        meters.add(registry);
    }

    /** Why it ended by itself, if it did. */
    public Optional<Throwable> failure() {
        var failure = new AtomicReference<Throwable>();
        if (ended.isCompletedExceptionally()) {
            ended.exceptionally(e -> {
                failure.set(e);
                return null;
            });
        }
        return Optional.ofNullable(failure.get());
    }

    /** Ends after the batch in hand, with a checkpoint of it; publishes nothing. */
    @Override
    public void close() {
        loop.stop();
        try {
            thread.join(CLOSE_WITHIN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The consumer wraps what its rebalance callbacks throw. */
    private static Throwable reason(Throwable thrown) {
        Throwable cause = thrown.getCause();
        return thrown.getClass() == KafkaException.class && cause != null ? reason(cause) : thrown;
    }

    private void run() {
        try {
            loop.run();
            ended.complete(null);
        } catch (RuntimeException | Error e) {
            ended.completeExceptionally(reason(e));
        }
    }
}
