package io.rangestream.learner;

import io.rangestream.schemas.log.OutageLog;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries again what fails of something that passes, with pauses that grow to half a minute, as long as this learner has the batches
 * partition and is not told to end. Not thread-safe.
 */
final class Retry {
    private static final Logger log = LoggerFactory.getLogger(Retry.class);
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final Membership membership;
    private final Consumer<String> waitsFor;

    /** @param waitsFor told in one line what is tried again, and nothing when that is over */
    Retry(Membership membership, Consumer<String> waitsFor) {
        this.membership = membership;
        this.waitsFor = waitsFor;
    }

    /**
     * Returns what an attempt returns that succeeds.
     *
     * @param what is attempted, for the log
     * @throws RuntimeException what the last attempt failed of: something that does not pass, or there is no time for another
     */
    <T> T until(String what, Supplier<T> attempt) {
        try {
            return repeat(what, attempt);
        } finally {
            waitsFor.accept("");
        }
    }

    private <T> T repeat(String what, Supplier<T> attempt) {
        var outage = new OutageLog(log);
        Duration pause = SHORTEST;
        while (true) {
            try {
                T result = attempt.get();
                outage.succeeded(what + " works");
                return result;
            } catch (RuntimeException e) {
                if (!Recoverable.is(e)) {
                    throw e;
                }
                String line = "%s failed and is tried again: %s".formatted(what, e.getMessage());
                outage.failed(line);
                waitsFor.accept(line);
                if (!membership.pause(pause)) {
                    throw e;
                }
            }
            pause = longer(pause);
        }
    }

    /** The pause after another failure. */
    static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST) < 0 ? twice : LONGEST;
    }
}
