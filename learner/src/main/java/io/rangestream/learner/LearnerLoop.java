package io.rangestream.learner;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.rangestream.avro.LearnerProgress;
import io.rangestream.avro.LearnerState;
import io.rangestream.learner.checkpoint.CheckpointStore;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.training.TrainingException;
import io.rangestream.schemas.broker.Outage;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.log.OutageLog;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of the learner that polls: joins the group, hands batches to a {@link TrainingThread} while it holds the partition, reports
 * once a second. It polls whatever training is at, so that a version may take as long as it takes.
 */
final class LearnerLoop {
    private static final Logger log = LoggerFactory.getLogger(LearnerLoop.class);
    private static final Duration IDLE_POLL = Duration.ofMillis(200);
    private static final Duration ASK_WITHIN = Duration.ofSeconds(5);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);
    /** As long as the group waits for its members to come back, by default. */
    private static final Duration RENEWAL_PATIENCE = Duration.ofMinutes(5);

    private static final Duration RESTART_PAUSE = Duration.ofSeconds(1);
    private static final long REPORT_NANOS = Duration.ofSeconds(1).toNanos();

    private final CommonConfig common;
    private final LearnerConfig config;
    private final MeterRegistry meters;
    private final LearnerMetrics metrics;
    private volatile LearnerStatus statusWithoutTraining = LearnerStatus.starting();
    /** What is tried again, in one line; empty while nothing is. */
    private volatile String retrying = "";
    /** Why training has to begin again, in one line, until it has. */
    private volatile String interrupted = "";

    private volatile boolean stopping;
    private volatile boolean joined;
    private volatile @Nullable Consumer<String, byte[]> consumer;
    private volatile @Nullable TrainingThread training;
    /** The training that was given up last, which may still be at its end. */
    private @Nullable TrainingThread formerTraining;

    private final Outage outage = new Outage(log, "the learner cannot begin", "the learner begins");
    private Duration restartPause = RESTART_PAUSE;
    private final OutageLog positioning = new OutageLog(log);
    private boolean positioned;
    /** The offset to read on from that was not there any more; null until that happens. */
    private @Nullable Long overtakenAt;

    private long lastReport;

    /** @param meters where the loop and all that belongs to it put their metrics */
    LearnerLoop(CommonConfig common, LearnerConfig config, MeterRegistry meters) {
        this.common = common;
        this.config = config;
        this.meters = meters;
        this.metrics = new LearnerMetrics(this::status, meters);
    }

    LearnerStatus status() {
        TrainingThread active = training;
        LearnerStatus status = active == null ? statusWithoutTraining : active.status();
        String why = retrying.isEmpty() ? interrupted : retrying;
        return why.isEmpty() ? status : status.waitingFor(why);
    }

    boolean isJoined() {
        return joined;
    }

    void stop() {
        stopping = true;
        Consumer<String, byte[]> c = consumer;
        if (c != null) {
            c.wakeup();
        }
    }

    void run() {
        try (var clients = new LearnerClients(common, config);
                var checkpoints = waiting(clients::checkpoints);
                var reports =
                        new ProgressReports(clients.progress(), clients.topics().learnerProgress())) {
            waiting(() -> {
                checkpoints.probe();
                Lineage.requireUsable(checkpoints, clients.history(), config);
                clients.publishSchemas();
                return checkpoints;
            });
            Consumer<String, byte[]> c = clients.batches();
            consumer = c;
            boolean sound = false;
            try (var clientMetrics = new KafkaClientMetrics(c)) {
                clientMetrics.bindTo(meters);
                ConsumerRebalanceListener membership = membership(clients, checkpoints, reports, c);
                c.subscribe(List.of(clients.topics().batches()), membership);
                while (!stopping) {
                    TrainingThread active = training;
                    if (active != null && active.hasEnded()) {
                        giveUp(active);
                        c.unsubscribe();
                        pause(active);
                        c.subscribe(List.of(clients.topics().batches()), membership);
                    }
                    turn(c);
                    report(reports);
                }
                sound = true;
            } catch (WakeupException e) {
                log.debug("woken up to stop");
                sound = true;
            } finally {
                leave(c, reports, sound);
            }
        } catch (CancellationException e) {
            log.debug("stopped before it could begin");
        }
    }

    /**
     * Does something again and again until it succeeds, as long as time may cure what is in the way.
     *
     * @throws CancellationException if the learner is stopped meanwhile
     */
    private <T> T waiting(Supplier<T> work) {
        while (true) {
            try {
                T done = work.get();
                outage.succeeded();
                return done;
            } catch (RuntimeException e) {
                if (!StartFailure.mayPass(e)) {
                    throw e;
                }
                long end =
                        System.nanoTime() + outage.failed(StartFailure.line(e)).toNanos();
                while (System.nanoTime() - end < 0) {
                    if (stopping) {
                        throw new CancellationException("stopped while waiting");
                    }
                    LockSupport.parkNanos(IDLE_POLL.toNanos());
                }
            }
        }
    }

    /** What has failed of something that passes is left in peace for a while: longer each time that nothing came of it. */
    private void pause(TrainingThread interrupted) {
        if (!interrupted.beginsAgain()) {
            return;
        }
        this.interrupted = "training was interrupted and begins again: " + interrupted.interruption();
        restartPause = interrupted.startOffset().isPresent() ? RESTART_PAUSE : Retry.longer(restartPause);
        long until = System.nanoTime() + restartPause.toNanos();
        while (!stopping && System.nanoTime() - until < 0) {
            LockSupport.parkNanos(IDLE_POLL.toNanos());
        }
    }

    /** Polls: for more batches while training has room for them, else to stay a member. */
    private void turn(Consumer<String, byte[]> c) {
        TrainingThread active = training;
        boolean room = active == null || active.handover().hasRoom();
        if (active != null && room && position(c, active)) {
            c.resume(c.assignment());
        } else {
            c.pause(c.assignment());
        }
        try {
            c.poll(room ? IDLE_POLL : Duration.ZERO).forEach(record -> {
                TrainingThread taking = training; // The poll may have given it or taken it.
                if (taking != null) {
                    taking.handover().give(record);
                }
            });
        } catch (OffsetOutOfRangeException e) {
            // Retention has been faster than training; reading goes on where the topic begins now.
            overtakenAt =
                    e.offsetOutOfRangePartitions().values().stream().findFirst().orElse(null);
            positioned = false;
        }
        TrainingThread now = training;
        if (now != null) {
            if (now.startOffset().isPresent()) {
                interrupted = "";
            }
            now.membership().renew(c.groupMetadata());
            if (!room) {
                now.handover().awaitRoom(IDLE_POLL);
            }
        }
    }

    private ConsumerRebalanceListener membership(
            LearnerClients clients, CheckpointStore checkpoints, ProgressReports reports, Consumer<String, byte[]> c) {
        return new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                joined = true;
                if (!partitions.isEmpty()) {
                    begin(clients, checkpoints, reports, c, partitions);
                } else if (training == null) {
                    interrupted = "";
                    log.info("standing by: another learner of the group trains");
                }
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                TrainingThread active = training;
                if (!partitions.isEmpty() && active != null) {
                    active.membership().renew(c.groupMetadata());
                    giveUp(active);
                    active.endSaving();
                }
            }

            @Override
            public void onPartitionsLost(Collection<TopicPartition> partitions) {
                TrainingThread active = training;
                if (active != null) {
                    giveUp(active);
                    active.lose();
                }
            }
        };
    }

    private void begin(
            LearnerClients clients,
            CheckpointStore checkpoints,
            ProgressReports reports,
            Consumer<String, byte[]> c,
            Collection<TopicPartition> partitions) {
        c.pause(partitions); // Until it is known where to read from.
        partitions.forEach(partition -> c.seek(partition, 0));
        positioned = false;
        overtakenAt = null;
        var place = new Membership(c.groupMetadata(), RENEWAL_PATIENCE);
        var begun = new TrainingThread(
                common.model(),
                () -> new TrainingSession(clients, checkpoints, config, common.model(), place, why -> retrying = why),
                formerTraining,
                place,
                reports,
                metrics);
        formerTraining = null;
        training = begun;
        begun.start();
    }

    /** Reads on where training wants it, once that is known; returns whether it does. */
    private boolean position(Consumer<String, byte[]> c, TrainingThread active) {
        if (positioned) {
            return true;
        }
        var partition = new TopicPartition(common.topics().batches(), 0);
        long first;
        long end;
        try {
            first = c.beginningOffsets(List.of(partition), ASK_WITHIN).getOrDefault(partition, 0L);
            end = c.endOffsets(List.of(partition), ASK_WITHIN).getOrDefault(partition, 0L);
            positioning.succeeded("the place to read from is known");
        } catch (RetriableException e) {
            positioning.failed("training waits, as the broker does not say where %s begins and ends: %s"
                    .formatted(partition.topic(), e.getMessage()));
            return false;
        }
        Long overtaken = overtakenAt;
        long next = overtaken == null ? active.startOffset().orElseThrow() : overtaken;
        if (next < 0) {
            if (first > 0) {
                log.info("batches before offset {} are no longer on the topic; the new model begins there", first);
            }
            next = first;
        } else if (next < first) {
            // Perhaps only transaction markers lay between. If a batch did, its task's sequence has a gap, which is
            // refused.
            log.warn("offset {} of {} is no longer there; going on at {}", next, partition.topic(), first);
            next = first;
        } else if (next > end) {
            throw new TrainingException("training is at offset %d of %s, which ends at %d: records were lost"
                    .formatted(next, partition.topic(), end));
        }
        c.seek(partition, next);
        positioned = true;
        return true;
    }

    private void giveUp(TrainingThread active) {
        training = null;
        formerTraining = active;
        // A standby tells zeros.
        statusWithoutTraining = stopping ? active.status() : LearnerStatus.starting();
    }

    /** A failed learner saves nothing: what it holds in memory may be what failed. */
    private void leave(Consumer<String, byte[]> c, ProgressReports reports, boolean sound) {
        TrainingThread active = training;
        try {
            if (active != null && sound) {
                active.endSaving();
            } else if (active != null) {
                active.endDropping();
            }
        } finally {
            if (active != null) {
                active.progress()
                        .ifPresent(last -> reports.tell(LearnerProgress.newBuilder(last)
                                .setState(LearnerState.STOPPED)
                                .build()));
                giveUp(active);
            }
            TrainingThread former = formerTraining;
            if (former != null) {
                former.endDropping(); // It may be at its end still, with the clients that are closed next.
            }
            c.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        }
    }

    private void report(ProgressReports reports) {
        TrainingThread active = training;
        if (active != null && System.nanoTime() - lastReport >= REPORT_NANOS) {
            lastReport = System.nanoTime();
            active.progress().ifPresent(reports::tell);
        }
    }
}
