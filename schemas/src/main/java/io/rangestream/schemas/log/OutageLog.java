package io.rangestream.schemas.log;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Logs an outage that is met again and again: a warning when it begins, one every five minutes while it lasts, and a line when it is over.
 * Thread-safe.
 */
public final class OutageLog {
    private static final Duration BETWEEN = Duration.ofMinutes(5);

    private final Logger log;
    private final InstantSource clock;
    private @Nullable Instant since;
    private Instant logged = Instant.MIN;

    /** @param log where the lines go */
    public OutageLog(Logger log) {
        this(log, InstantSource.system());
    }

    OutageLog(Logger log, InstantSource clock) {
        this.log = log;
        this.clock = clock;
    }

    /**
     * Something failed.
     *
     * @param what failed and why, in one line
     */
    public synchronized void failed(String what) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant began = since;
        if (began == null) {
            since = now;
            logged = now;
            log.warn("{}", what);
        } else if (!now.isBefore(logged.plus(BETWEEN))) {
            logged = now;
            log.warn("{}; failing since {}", what, began);
        }
    }

    /**
     * The same succeeded.
     *
     * @param what works again
     */
    public synchronized void succeeded(String what) {
        Instant began = since;
        if (began != null) {
            since = null;
            log.info("{} again; failed since {}", what, began);
        }
    }
}
