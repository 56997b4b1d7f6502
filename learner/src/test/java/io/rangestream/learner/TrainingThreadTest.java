package io.rangestream.learner;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Training that ends before it has begun. */
@Timeout(60)
class TrainingThreadTest {
    private final ProgressReports reports = new ProgressReports(new MockProducer<>(), "learner-progress");

    @AfterEach
    void close() {
        reports.close();
    }

    @Test
    void whoeverLosesThePartitionBeforeItsTurnOpensNothing() {
        // Given training that waits for the one before it
        var release = new CountDownLatch(1);
        var opened = new AtomicBoolean();
        TrainingThread before = begin(
                () -> {
                    await(release);
                    throw new CommitFailedException("the one before is at its end");
                },
                null);
        TrainingThread waiting = begin(
                () -> {
                    opened.set(true);
                    throw new CommitFailedException("another learner is fenced by now");
                },
                before);

        // When the partition is lost meanwhile
        waiting.lose();
        release.countDown();
        waiting.endDropping();

        // Then there is nothing that could fence who has it now
        assertFalse(opened.get());
        assertTrue(waiting.hasEnded());
    }

    @Test
    void whatOpeningFailsOfIsToldToWhoeverPolls() {
        TrainingThread failing = begin(
                () -> {
                    throw new IllegalStateException("no checkpoint");
                },
                null);

        assertThrows(IllegalStateException.class, () -> {
            while (!failing.hasEnded()) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
        });
    }

    private TrainingThread begin(Supplier<TrainingSession> opening, @Nullable TrainingThread before) {
        var thread = new TrainingThread(
                "face",
                opening,
                before,
                new Membership(new ConsumerGroupMetadata("learners"), Duration.ofMinutes(10)),
                reports,
                new LearnerMetrics(LearnerStatus::starting, new SimpleMeterRegistry()));
        thread.start();
        return thread;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
