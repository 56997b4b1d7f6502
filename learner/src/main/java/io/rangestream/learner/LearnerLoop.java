package io.rangestream.learner;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.rangestream.avro.LearnerProgress;
import io.rangestream.avro.LearnerState;
import io.rangestream.learner.checkpoint.CheckpointStore;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.training.Trainer;
import io.rangestream.learner.training.TrainingException;
import io.rangestream.schemas.config.CommonConfig;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The learner's thread: joins the group, trains while it holds the partition, reports once a second. */
final class LearnerLoop {
    private static final Logger log = LoggerFactory.getLogger(LearnerLoop.class);
    private static final Duration IDLE_POLL = Duration.ofMillis(200);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);
    private static final long REPORT_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long ORDERS_NANOS = Duration.ofSeconds(1).toNanos();
    /** Batches that are decoded ahead of the training thread. */
    private static final int AHEAD = 4;

    private final CommonConfig common;
    private final LearnerConfig config;
    private final MeterRegistry meters;
    private final LearnerMetrics metrics;
    private final Rate rate = new Rate();
    private volatile LearnerStatus status = LearnerStatus.starting();
    private volatile boolean stopping;
    private volatile boolean joined;
    private volatile @Nullable Consumer<String, byte[]> consumer;
    private @Nullable TrainingSession session;
    private long lastReport;
    private long lastStep;
    private long lastOrders;

    /** @param meters where the loop and all that belongs to it put their metrics */
    LearnerLoop(CommonConfig common, LearnerConfig config, MeterRegistry meters) {
        this.common = common;
        this.config = config;
        this.meters = meters;
        this.metrics = new LearnerMetrics(this::status, meters);
    }

    LearnerStatus status() {
        return status;
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
                var checkpoints = clients.checkpoints();
                var progress = clients.progress()) {
            checkpoints.probe();
            Lineage.requireReachable(checkpoints, clients.history());
            clients.publishSchemas();
            Consumer<String, byte[]> c = clients.batches();
            consumer = c;
            boolean sound = false;
            try (var clientMetrics = new KafkaClientMetrics(c)) {
                clientMetrics.bindTo(meters);
                ConsumerRebalanceListener membership = membership(clients, checkpoints, c);
                c.subscribe(List.of(clients.topics().batches()), membership);
                while (!stopping) {
                    if (!turn(c, progress)) {
                        c.unsubscribe();
                        c.subscribe(List.of(clients.topics().batches()), membership);
                    }
                }
                sound = true;
            } catch (WakeupException e) {
                log.debug("woken up to stop");
                sound = true;
            } finally {
                report(progress, LearnerState.STOPPED); // While there is a session to report of.
                leave(c, sound);
                progress.close(CLOSE_TIMEOUT);
            }
        }
    }

    /**
     * Reads ahead, trains on one batch, publishes when a version is due.
     *
     * @return whether this learner is still the one that trains, or stands by as before
     */
    private boolean turn(Consumer<String, byte[]> c, Producer<String, SpecificRecord> progress) {
        TrainingSession active = session;
        int backlog = active == null ? 0 : active.backlog();
        if (backlog < AHEAD) {
            c.poll(backlog == 0 ? IDLE_POLL : Duration.ZERO).forEach(record -> {
                if (session != null) {
                    session.accept(record);
                }
            });
        }
        active = session; // The poll may have given it or taken it.
        if (active == null) {
            return true;
        }
        if (System.nanoTime() - lastOrders >= ORDERS_NANOS) {
            lastOrders = System.nanoTime();
            if (!leads(active, TrainingSession::settleOrders)) {
                return false;
            }
        }
        LearnerState state = active.backlog() == 0 ? LearnerState.IDLE : LearnerState.TRAINING;
        if (active.backlog() > 0) {
            long start = System.nanoTime();
            active.step();
            lastStep = System.nanoTime();
            metrics.stepped(lastStep - start, active.trainer().meanLosses());
        }
        if (active.isVersionDue()
                && !leads(
                        active,
                        leading -> leading.publish(c.groupMetadata(), evaluating -> report(progress, evaluating)))) {
            return false;
        }
        rate.observe(System.nanoTime(), active.trainer().counters().crops());
        status = statusOf(active, state);
        if (System.nanoTime() - lastReport >= REPORT_NANOS) {
            report(progress, state);
        }
        return true;
    }

    /** Publishes something, unless another learner trains by now: then what this one has is dropped. */
    private boolean leads(TrainingSession active, java.util.function.Consumer<TrainingSession> publishing) {
        try {
            publishing.accept(active);
            return true;
        } catch (KafkaException e) {
            if (!Fencing.isBehind(e)) {
                throw e;
            }
            log.warn(
                    "another learner has taken over: what this one has trained since version {} is dropped",
                    active.version());
            end(false);
            return false;
        }
    }

    private ConsumerRebalanceListener membership(
            LearnerClients clients, CheckpointStore checkpoints, Consumer<String, byte[]> c) {
        return new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                joined = true;
                if (!partitions.isEmpty()) {
                    begin(clients, checkpoints, c, partitions.iterator().next());
                } else if (session == null) {
                    log.info("standing by: another learner of the group trains");
                }
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                if (!partitions.isEmpty()) {
                    end(true);
                }
            }

            @Override
            public void onPartitionsLost(Collection<TopicPartition> partitions) {
                if (session != null) {
                    log.warn(
                            "the batches partition was lost to another learner; what was trained since the last version is dropped");
                }
                end(false);
            }
        };
    }

    private void begin(
            LearnerClients clients, CheckpointStore checkpoints, Consumer<String, byte[]> c, TopicPartition partition) {
        var begun = new TrainingSession(clients, checkpoints, config, common.model());
        session = begun;
        long first = c.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
        long end = c.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        long next = begun.nextOffset();
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
        rate.restart(System.nanoTime(), begun.trainer().counters().crops());
        status = statusOf(begun, LearnerState.IDLE);
    }

    private void end(boolean save) {
        TrainingSession ending = session;
        session = null;
        if (!stopping) {
            status = LearnerStatus.starting(); // A standby tells zeros.
        }
        if (ending == null) {
            return;
        }
        try (ending) {
            if (save) {
                ending.saveInHand();
            }
        }
    }

    /** A failed session saves nothing: what it holds in memory may be what failed. */
    private void leave(Consumer<String, byte[]> c, boolean sound) {
        try {
            end(sound);
        } finally {
            c.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        }
    }

    private LearnerStatus statusOf(TrainingSession active, LearnerState state) {
        Trainer trainer = active.trainer();
        Trainer.Counters counters = trainer.counters();
        return new LearnerStatus(
                state,
                counters.batches(),
                counters.crops(),
                rate.perSecond(),
                trainer.meanLosses(),
                trainer.identities(),
                active.version(),
                trainer.backbone().backend().toString(),
                lastStep,
                counters.skippedSteps(),
                counters.skippedCrops(),
                active.backlog(),
                active.cacheUsage());
    }

    private void report(Producer<String, SpecificRecord> progress, LearnerState state) {
        lastReport = System.nanoTime();
        TrainingSession active = session;
        if (active == null) {
            return;
        }
        Trainer trainer = active.trainer();
        var record = LearnerProgress.newBuilder()
                .setModel(common.model())
                .setState(state)
                .setSequences(trainer.position().sequences())
                .setErasures(trainer.position().erasures())
                .setVersion(active.version())
                .setBatches(trainer.counters().batches())
                .setCrops(trainer.counters().crops())
                .setCropsPerSecond(rate.perSecond())
                .build();
        progress.send(
                new ProducerRecord<>(common.topics().learnerProgress(), common.model(), record),
                (metadata, failure) -> {
                    if (failure != null && !stopping) {
                        log.warn("progress could not be reported: {}", failure.getMessage());
                    }
                });
    }
}
