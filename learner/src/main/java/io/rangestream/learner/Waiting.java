package io.rangestream.learner;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What training waits for besides batches: told once that has lasted, again after ever longer, and when it is over. Not thread-safe. */
final class Waiting {
    private static final Logger log = LoggerFactory.getLogger(Waiting.class);
    /** Transactions of other samplers are open for a moment all the time. */
    private static final long FIRST_NANOS = Duration.ofSeconds(3).toNanos();

    private static final long LONGEST_NANOS = Duration.ofMinutes(10).toNanos();

    private String reason = "";
    private boolean told;
    private long since;
    private long tellAt;
    private long pause;

    /** @param why in one line, what is waited for and what may be done; empty if nothing is */
    void set(String why) {
        long now = System.nanoTime();
        if (!why.equals(reason)) {
            if (told && why.isEmpty()) {
                log.info("training goes on after {} s", seconds(now - since));
            }
            since = reason.isEmpty() ? now : since;
            told = told && !why.isEmpty();
            tellAt = told ? now : now + FIRST_NANOS;
            pause = FIRST_NANOS;
            reason = why;
        }
        if (!why.isEmpty() && now - tellAt >= 0) {
            told = true;
            log.warn("{}; for {} s now", why, seconds(now - since));
            pause = Math.min(2 * pause, LONGEST_NANOS);
            tellAt = now + pause;
        }
    }

    /** The same, once it was told; empty if training waits for nothing but batches. */
    String reason() {
        return told ? reason : "";
    }

    private static long seconds(long nanos) {
        return Duration.ofNanos(nanos).toSeconds();
    }
}
