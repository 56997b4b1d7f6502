package io.rangestream.sampler;

import io.rangestream.sampler.topology.ProcessingFailedException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What follows when a stream thread dies: a few times in a while another takes its place, if the cause may pass (a broker
 * that did not answer in time, a record that becomes a dead letter); otherwise the sampler stops and says why. Thread-safe.
 */
final class FailurePolicy implements StreamsUncaughtExceptionHandler {
    private static final Logger log = LoggerFactory.getLogger(FailurePolicy.class);
    private static final int REPLACEMENTS = 3;
    private static final int BAD_RECORDS = 20;
    private static final Duration WITHIN = Duration.ofMinutes(10);

    private final InstantSource clock;
    private final Deque<Instant> replacements = new ArrayDeque<>();
    private final Deque<Instant> badRecords = new ArrayDeque<>();
    private @Nullable String failure;

    FailurePolicy(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public synchronized StreamThreadExceptionResponse handle(Throwable exception) {
        Throwable cause = root(exception);
        String line = cause.getMessage() == null
                ? cause.toString()
                : cause.getMessage().lines().findFirst().orElse(cause.toString());
        log.debug("a stream thread died", exception);
        boolean isOfOneRecord = isOfOneRecord(exception);
        if (isOfOneRecord && isAmong(badRecords, BAD_RECORDS)
                || !isOfOneRecord && hasRetriable(exception) && isAmong(replacements, REPLACEMENTS)) {
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

    private static boolean hasRetriable(Throwable exception) {
        for (Throwable e = exception; e != null; e = e.getCause()) {
            if (e instanceof RetriableException) {
                return true;
            }
        }
        return false;
    }

    private static Throwable root(Throwable exception) {
        Throwable root = exception;
        for (Throwable cause = root.getCause(); cause != null; cause = cause.getCause()) {
            root = cause;
        }
        return root;
    }
}
