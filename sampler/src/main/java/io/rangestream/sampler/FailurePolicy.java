package io.rangestream.sampler;

import io.rangestream.sampler.topology.ProcessingFailedException;
import io.rangestream.schemas.broker.KafkaFailure;
import io.rangestream.schemas.broker.Outage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What follows when a stream thread dies: another takes its place, however often and at growing intervals, if the cause may pass (a broker
 * that did not answer in time, a topic that is missing) or is one record's, which becomes a dead letter. Otherwise the sampler stops and says
 * why. Thread-safe.
 */
final class FailurePolicy implements StreamsUncaughtExceptionHandler {
    private static final Logger log = LoggerFactory.getLogger(FailurePolicy.class);
    private static final String DISK_FULL = "No space left";
    /** Closing the sampler waits a little longer. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private static final Duration WITHIN = Duration.ofMinutes(10);

    private final Path stateDir;
    private final InstantSource clock;
    private final Pause pause;
    private final Outage outages = new Outage(log, "sampler threads fail and are replaced", "sampler threads run");
    private Instant lastOutage = Instant.MIN;
    private @Nullable String failure;

    /** Waits in the thread that dies. */
    @FunctionalInterface
    interface Pause {
        void of(Duration duration) throws InterruptedException;
    }

    FailurePolicy(Path stateDir, InstantSource clock) {
        this(stateDir, clock, duration -> Thread.sleep(duration.toMillis()));
    }

    FailurePolicy(Path stateDir, InstantSource clock, Pause pause) {
        this.stateDir = stateDir;
        this.clock = clock;
        this.pause = pause;
    }

    @Override
    public StreamThreadExceptionResponse handle(Throwable exception) {
        log.debug("a stream thread died", exception);
        if (!mayPass(exception)) {
            return stop(line(exception));
        }
        try {
            pause.of(pauseAfter(line(exception)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    /** Threads that replaced others say nothing when all is well again; after a while without a failure it is taken to be. */
    private synchronized Duration pauseAfter(String line) {
        Instant now = clock.instant();
        if (lastOutage.isBefore(now.minus(WITHIN))) {
            outages.succeeded();
        }
        lastOutage = now;
        Duration wait = outages.failed(line);
        return wait.compareTo(LONGEST_PAUSE) < 0 ? wait : LONGEST_PAUSE;
    }

    private synchronized StreamThreadExceptionResponse stop(String line) {
        log.error("the sampler stops: {}", line);
        failure = line;
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    /** Why the sampler stopped, in one line; empty unless it did. */
    synchronized Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /** A bad record is refused when it comes again. */
    private static boolean mayPass(Throwable exception) {
        for (Throwable e = exception; e != null; e = e.getCause()) {
            if (e instanceof ProcessingFailedException || e instanceof MissingSourceTopicException) {
                return true;
            }
        }
        return KafkaFailure.mayPass(exception);
    }

    /** What failed, in one line, and what helps where that is known. */
    String line(Throwable exception) {
        if (KafkaFailure.isKnown(exception)) {
            return KafkaFailure.line(exception);
        }
        Throwable root = exception;
        boolean isOfState = false;
        for (Throwable e = exception; e != null; e = e.getCause()) {
            root = e;
            isOfState |= e instanceof ProcessorStateException || e instanceof RocksDBException;
        }
        String message = String.valueOf(root.getMessage() == null ? root : root.getMessage());
        String line = message.lines().findFirst().orElse(message);
        if (!isOfState) {
            return line;
        }
        return line.contains(DISK_FULL)
                ? "the state in %s cannot be written: %s".formatted(stateDir, line)
                : "the state in %s cannot be used: %s; delete the folder, and it is restored from Kafka"
                        .formatted(stateDir, line);
    }
}
