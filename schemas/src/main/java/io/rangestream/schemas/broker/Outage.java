package io.rangestream.schemas.broker;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The outages of one thing that a role needs: a line when one begins, further lines at growing intervals while it lasts, and one when it
 * is over. It also says how long to wait before the next try. Thread-safe.
 */
public final class Outage {
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);
    private static final Duration FIRST_SILENCE = Duration.ofSeconds(10);
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(10);

    private final Logger log;
    private final String trouble;
    private final String cured;
    private final InstantSource clock;
    private @Nullable Instant since;
    private String reason = "";
    private Duration wait = FIRST_WAIT;
    private Duration silence = FIRST_SILENCE;
    private Instant nextLine = Instant.EPOCH;

    /**
     * @param trouble how the line of an outage begins, for instance "cannot reach Kafka at localhost:9092"
     * @param cured how the line of its end begins
     */
    public Outage(Logger log, String trouble, String cured) {
        this(log, trouble, cured, InstantSource.system());
    }

    Outage(Logger log, String trouble, String cured, InstantSource clock) {
        this.log = log;
        this.trouble = trouble;
        this.cured = cured;
        this.clock = clock;
    }

    /** Of the brokers, in the words that every role uses. */
    public static Outage ofKafka(Logger log, String bootstrapServers) {
        return new Outage(
                log,
                "cannot reach Kafka at " + bootstrapServers,
                "Kafka at %s answers again".formatted(bootstrapServers));
    }

    /**
     * A try has failed.
     *
     * @param why in a few words
     * @return how long to wait before the next try
     */
    public synchronized Duration failed(String why) {
        begin(why);
        Duration next = wait;
        say("; next try in %d s".formatted(next.toSeconds()));
        wait = shorter(wait.multipliedBy(2), LONGEST_WAIT);
        return next;
    }

    /** A try has failed, and when the next one comes is not for this to say. */
    public synchronized void noted(String why) {
        begin(why);
        say("");
    }

    /** A try has succeeded. */
    public synchronized void succeeded() {
        if (since != null) {
            log.info(
                    "{} after {} s",
                    cured,
                    Duration.between(since, clock.instant()).toSeconds());
            since = null;
        }
    }

    /** What is the trouble, since when and why, in one line; empty if the last try succeeded. */
    public synchronized Optional<String> current() {
        return Optional.ofNullable(since).map(this::line);
    }

    /** How long it has lasted; zero if the last try succeeded. */
    public synchronized Duration lasted() {
        return since == null ? Duration.ZERO : Duration.between(since, clock.instant());
    }

    private void begin(String why) {
        reason = why;
        if (since == null) {
            since = clock.instant();
            wait = FIRST_WAIT;
            silence = FIRST_SILENCE;
            nextLine = since;
        }
    }

    private void say(String more) {
        Instant now = clock.instant();
        if (since != null && !now.isBefore(nextLine)) {
            log.warn("{}{}", line(since), more);
            nextLine = now.plus(silence);
            silence = shorter(silence.multipliedBy(3), LONGEST_SILENCE);
        }
    }

    private String line(Instant begin) {
        return "%s since %s: %s".formatted(trouble, begin.truncatedTo(ChronoUnit.SECONDS), reason);
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
