package io.rangestream.learner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.checkpoint.CheckpointException;
import io.rangestream.learner.publish.OvertakenException;
import io.rangestream.learner.training.TrainingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RetryTest {
    private final Membership membership = new Membership(new ConsumerGroupMetadata("learners"), Duration.ofMinutes(1));
    private final List<String> told = new ArrayList<>();
    private final Retry retry = new Retry(membership, told::add);
    private final AtomicInteger attempts = new AtomicInteger();

    @Test
    void whatPassesIsTriedUntilItSucceeds() {
        String result = retry.until("storing", () -> {
            if (attempts.incrementAndGet() < 3) {
                throw CheckpointException.unavailable("the store does not answer", null);
            }
            return "stored";
        });

        assertEquals("stored", result);
        assertEquals(3, attempts.get());
        String line = "storing failed and is tried again: the store does not answer";
        assertEquals(List.of(line, line, ""), told);
    }

    @Test
    void whatDoesNotPassEndsAtOnce() {
        assertThrows(
                RecordTooLargeException.class,
                () -> retry.until("publishing", () -> {
                    attempts.incrementAndGet();
                    throw new RecordTooLargeException("40 MiB");
                }));

        assertEquals(1, attempts.get());
    }

    @Test
    void whoeverWasOvertakenTriesNoMore() {
        assertThrows(
                OvertakenException.class,
                () -> retry.until("publishing", () -> {
                    attempts.incrementAndGet();
                    throw new OvertakenException("another learner has published since");
                }));

        assertEquals(1, attempts.get());
    }

    @Test
    void whoeverIsToEndOrHasLostThePartitionTriesNoMore() {
        membership.lose();

        assertThrows(
                TimeoutException.class,
                () -> retry.until("publishing", () -> {
                    attempts.incrementAndGet();
                    throw new TimeoutException("no answer");
                }));

        assertEquals(1, attempts.get());
    }

    @Test
    void whatPassesIsToldFromWhatDoesNot() {
        assertTrue(Recoverable.is(new TimeoutException("no answer")));
        assertTrue(Recoverable.is(new KafkaException("in error state", new InvalidPidMappingException("expired"))));
        assertTrue(Recoverable.is(new UncheckedIOException(new IOException("503"))));
        assertFalse(Recoverable.is(new TopicAuthorizationException("batches")));
        assertFalse(Recoverable.is(new TrainingException("batch 7 follows batch 5")));
        assertFalse(Recoverable.is(CheckpointException.refused("damaged", null)));
        assertFalse(Recoverable.is(new OutOfMemoryError()));
    }
}
