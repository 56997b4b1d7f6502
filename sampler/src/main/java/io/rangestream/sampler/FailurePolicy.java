package io.rangestream.sampler;

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
 * that did not answer in time); otherwise the sampler stops and says why. Thread-safe.
 */
final class FailurePolicy implements StreamsUncaughtExceptionHandler {
    private static final Logger log = LoggerFactory.getLogger(FailurePolicy.class);
    private static final int REPLACEMENTS = 3;
    private static final Duration WITHIN = Duration.ofMinutes(10);

    private final InstantSource clock;
    private final Deque<Instant> replacements = new ArrayDeque<>();
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
        if (hasRetriable(exception) && mayReplace()) {
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

    private boolean mayReplace() {
        Instant now = clock.instant();
        replacements.removeIf(at -> at.isBefore(now.minus(WITHIN)));
        if (replacements.size() >= REPLACEMENTS) {
            return false;
        }
        replacements.add(now);
        return true;
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
