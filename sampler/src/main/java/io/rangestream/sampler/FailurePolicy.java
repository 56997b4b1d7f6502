package io.rangestream.sampler;

import io.rangestream.sampler.topology.ProcessingFailedException;
import io.rangestream.schemas.broker.KafkaFailure;
import io.rangestream.schemas.broker.Outage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What follows when a stream thread dies: another takes its place, if the cause may pass (a broker that did not answer in time), at growing
 * intervals; a few times in a while also after a record that becomes a dead letter. Otherwise the sampler stops and says why. Thread-safe.
 */
final class FailurePolicy implements StreamsUncaughtExceptionHandler {
    private static final Logger log = LoggerFactory.getLogger(FailurePolicy.class);
    private static final String DISK_FULL = "No space left";
    private static final int BAD_RECORDS = 20;
    /** Closing the sampler waits a little longer. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private static final Duration WITHIN = Duration.ofMinutes(10);

    private final Path stateDir;
    private final InstantSource clock;
    private final Pause pause;
    private final Outage outages = new Outage(log, "sampler threads fail and are replaced", "sampler threads run");
    private final Deque<Instant> badRecords = new ArrayDeque<>();
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
        if (isOfOneRecord(exception) || !KafkaFailure.mayPass(exception)) {
            return judge(exception);
        }
        log.debug("a stream thread died", exception);
        try {
            pause.of(pauseAfter(KafkaFailure.line(exception)));
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

    private synchronized StreamThreadExceptionResponse judge(Throwable exception) {
        String line = line(exception);
        log.debug("a stream thread died", exception);
        if (isOfOneRecord(exception) && isAmong(badRecords, BAD_RECORDS)) {
            log.warn("a sampler thread is replaced: {}", line);
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        }
        log.error("the sampler stops: {}", line);
        failure = line;
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }

    /** Why the sampler stopped, in one line; empty unless it did. */
    synchronized Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /** Counts this one, unless there were too many in a while. */
    private boolean isAmong(Deque<Instant> before, int allowed) {
        Instant now = clock.instant();
        before.removeIf(at -> at.isBefore(now.minus(WITHIN)));
        if (before.size() >= allowed) {
            return false;
        }
        before.add(now);
        return true;
    }

    /** A bad record is refused when it comes again; so many of them in a while point at something else. */
    private static boolean isOfOneRecord(Throwable exception) {
        for (Throwable e = exception; e != null; e = e.getCause()) {
            if (e instanceof ProcessingFailedException) {
                return true;
            }
        }
        return false;
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
