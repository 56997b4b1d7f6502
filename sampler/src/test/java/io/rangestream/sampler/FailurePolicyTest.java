package io.rangestream.sampler;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.rangestream.sampler.topology.FailedRecordsTest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class FailurePolicyTest {
    private Instant now = Instant.EPOCH;
    private final FailurePolicy policy = new FailurePolicy(new InstantSource() {
        @Override
        public Instant instant() {
            return now;
        }
    });

    @Test
    void whatMayPassIsTriedAgainAFewTimesInAWhile() {
        var late = new StreamsException("task 0_1 failed", new TimeoutException("no answer"));
        for (int i = 0; i < 3; i++) {
            assertEquals(REPLACE_THREAD, policy.handle(late));
        }
        now = now.plus(Duration.ofMinutes(11));
        for (int i = 0; i < 3; i++) {
            assertEquals(REPLACE_THREAD, policy.handle(late));
        }
        assertEquals(Optional.empty(), policy.failure());
        assertEquals(SHUTDOWN_CLIENT, policy.handle(late));
        assertEquals(Optional.of("no answer"), policy.failure());
    }

    @Test
    void aRecordThatFailsIsNoReasonToStopButManyOfThemAre() {
        var failed = new StreamsException("wrapped", FailedRecordsTest.failure());
        for (int i = 0; i < 20; i++) {
            assertEquals(REPLACE_THREAD, policy.handle(failed));
        }
        assertEquals(SHUTDOWN_CLIENT, policy.handle(failed));
    }

    @Test
    void anythingElseStopsTheSamplerWithItsReasonInOneLine() {
        var cause = new IllegalStateException("the store lacks a face\nmore");
        assertEquals(SHUTDOWN_CLIENT, policy.handle(new StreamsException("wrapped", cause)));
        assertEquals(Optional.of("the store lacks a face"), policy.failure());
    }
}
