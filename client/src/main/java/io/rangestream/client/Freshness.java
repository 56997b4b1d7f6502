package io.rangestream.client;

import io.rangestream.avro.ModelHeartbeat;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How long ago the learner vouched that there was nothing newer than what has been read. The age of a heartbeat is told by its time and by
 * how long it has been here, whichever is longer: a learner whose clock is ahead cannot make it look younger than that. Thread-safe.
 */
final class Freshness {
    private final Duration maxAge;
    private final Clock clock;
    private final Instant start;
    private volatile @Nullable Heard heard;
    private volatile @Nullable String missing;

    private record Heard(Instant time, Instant at) {}

    /** @param maxAge zero for any age */
    Freshness(Duration maxAge, Clock clock) {
        this.maxAge = maxAge;
        this.clock = clock;
        this.start = clock.instant();
    }

    /**
     * Takes note of what the log says now.
     *
     * @param newest the newest heartbeat
     * @param lacking what it says is there and was not read
     */
    void observe(Optional<ModelHeartbeat> newest, Optional<String> lacking) {
        Heard before = heard;
        newest.map(ModelHeartbeat::getTime)
                .filter(time -> before == null || !time.equals(before.time()))
                .ifPresent(time -> heard = new Heard(time, clock.instant()));
        missing = lacking.orElse(null);
    }

    /** Since the last heartbeat; before the first one, since the start. */
    Duration age() {
        Heard last = heard;
        Instant now = clock.instant();
        if (last == null) {
            return Duration.between(start, now);
        }
        Duration here = Duration.between(last.at(), now);
        Duration made = Duration.between(last.time(), now);
        return here.compareTo(made) > 0 ? here : made;
    }

    /** Why something newer may be kept from this follower, in one line; empty if nothing is as far as it can tell. */
    Optional<String> objection() {
        String lacking = missing;
        if (lacking != null) {
            return Optional.of("updates are kept from this follower: " + lacking);
        }
        if (maxAge.isZero()) {
            return Optional.empty();
        }
        Heard last = heard;
        Duration ahead = last == null ? Duration.ZERO : Duration.between(clock.instant(), last.time());
        if (ahead.compareTo(maxAge) > 0) {
            return Optional.of("the learner's clock is %d s ahead of this one: the age of its heartbeats cannot be told"
                    .formatted(ahead.toSeconds()));
        }
        Duration age = age();
        return age.compareTo(maxAge) <= 0
                ? Optional.empty()
                : Optional.of(
                        "no heartbeat of the learner for %d s, and %s allows %d s: newer versions may be kept from this follower"
                                .formatted(age.toSeconds(), ClientConfig.MAX_AGE, maxAge.toSeconds()));
    }
}
