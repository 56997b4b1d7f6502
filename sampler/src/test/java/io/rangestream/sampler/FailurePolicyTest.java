package io.rangestream.sampler;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.rangestream.sampler.topology.FailedRecordsTest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;
import org.rocksdb.RocksDBException;

class FailurePolicyTest {
    private Instant now = Instant.EPOCH;
    private final List<Duration> pauses = new ArrayList<>();
    private final FailurePolicy policy = new FailurePolicy(
            Path.of("state"),
            new InstantSource() {
                @Override
                public Instant instant() {
                    return now;
                }
            },
            pauses::add);

    @Test
    void anOutageStopsNoSamplerHoweverLongItLasts() {
        var late = new StreamsException("task 0_1 failed", new TimeoutException("no answer"));
        for (int i = 0; i < 1000; i++) {
            assertEquals(REPLACE_THREAD, policy.handle(late));
        }
        assertEquals(Optional.empty(), policy.failure());
        assertEquals(Duration.ofSeconds(1), pauses.get(0));
        assertEquals(Duration.ofSeconds(5), pauses.get(999), "shorter than closing waits");

        now = now.plus(Duration.ofMinutes(11));
        policy.handle(late);
        assertEquals(Duration.ofSeconds(1), pauses.get(1000), "the next outage begins anew");
    }

    @Test
    void aDamagedStateIsNamedWithWhatHelps() {
        var damaged = new StreamsException(
                "task 0_1 failed",
                new ProcessorStateException(
                        "Error opening store", new RocksDBException("Corruption: bad magic\nmore")));
        assertEquals(SHUTDOWN_CLIENT, policy.handle(damaged));
        assertEquals(
                Optional.of("the state in state cannot be used: Corruption: bad magic; delete the folder, and it is"
                        + " restored from Kafka"),
                policy.failure());
    }

    @Test
    void whatTheBrokerRefusesStopsTheSampler() {
        var denied = new StreamsException("task 0_1 failed", new TopicAuthorizationException(Set.of("batches")));
        assertEquals(SHUTDOWN_CLIENT, policy.handle(denied));
        assertEquals(
                Optional.of("not authorised for topics batches; the user needs an ACL for them"), policy.failure());
    }

    @Test
    void neitherAMissingTopicNorABadRecordStopsTheSampler() {
        for (int i = 0; i < 100; i++) {
            for (RuntimeException cause :
                    List.of(new MissingSourceTopicException("faces"), FailedRecordsTest.failure())) {
                assertEquals(REPLACE_THREAD, policy.handle(new StreamsException("wrapped", cause)));
            }
        }
        assertEquals(Optional.empty(), policy.failure());
        assertEquals(Duration.ofSeconds(5), pauses.get(199));
    }

    @Test
    void anythingElseStopsTheSamplerWithItsReasonInOneLine() {
        var cause = new IllegalStateException("the store lacks a face\nmore");
        assertEquals(SHUTDOWN_CLIENT, policy.handle(new StreamsException("wrapped", cause)));
        assertEquals(Optional.of("the store lacks a face"), policy.failure());
    }
}
