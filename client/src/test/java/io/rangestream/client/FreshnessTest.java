package io.rangestream.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.ModelHeartbeat;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FreshnessTest {
    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    private Instant now = START;
    private final Freshness freshness = freshness(Duration.ofSeconds(60));

    @Test
    void withoutAHeartbeatTheStartCounts() {
        pass(60);
        assertEquals(Optional.empty(), freshness.objection());
        pass(1);
        assertEquals(
                "no heartbeat of the learner for 61 s, and client.max.age.ms allows 60 s: newer versions may be kept from this follower",
                freshness.objection().orElseThrow());
    }

    @Test
    void aHeartbeatThatWasOldWhenItCameIsOld() {
        hear(START.minusSeconds(100));

        assertEquals(Duration.ofSeconds(100), freshness.age());
        assertTrue(freshness.objection().isPresent());
        hear(now);
        assertEquals(Optional.empty(), freshness.objection());
    }

    @Test
    void theSameHeartbeatMakesNothingYounger() {
        hear(START);
        pass(61);
        hear(START);

        assertTrue(freshness.objection().isPresent());
    }

    @Test
    void aClockThatIsALittleAheadMakesNothingYoungerThanItIsHere() {
        hear(START.plusSeconds(30));
        pass(61);

        assertEquals(Duration.ofSeconds(61), freshness.age());
        assertTrue(freshness.objection().isPresent());
    }

    @Test
    void aClockThatIsFarAheadIsTold() {
        hear(START.plusSeconds(300));

        assertEquals(
                "the learner's clock is 300 s ahead of this one: the age of its heartbeats cannot be told",
                freshness.objection().orElseThrow());
    }

    @Test
    void atAnyAgeMissingUpdatesAreTold() {
        Freshness any = freshness(Duration.ZERO);
        pass(1_000_000);
        assertEquals(Optional.empty(), any.objection());

        any.observe(Optional.empty(), Optional.of("there are 5 and 4 are here"));
        assertEquals(
                "updates are kept from this follower: there are 5 and 4 are here",
                any.objection().orElseThrow());
        any.observe(Optional.empty(), Optional.empty());
        assertEquals(Optional.empty(), any.objection());
    }

    private Freshness freshness(Duration maxAge) {
        return new Freshness(maxAge, new Clock() {
            @Override
            public Instant instant() {
                return now;
            }

            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }
        });
    }

    private void pass(long seconds) {
        now = now.plusSeconds(seconds);
    }

    private void hear(Instant time) {
        freshness.observe(Optional.of(new ModelHeartbeat("faces", time, 1L, 1L, 1L)), Optional.empty());
    }
}
