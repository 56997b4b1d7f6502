package io.rangestream.learner;

import io.rangestream.avro.LearnerProgress;
import io.rangestream.avro.LearnerState;
import io.rangestream.learner.training.Trainer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a {@link TrainingSession}. The thread that polls hands it the records of the log and waits for no step and no version, so
 * that the group knows of this learner however long those take. What is not private here is for the polling thread.
 */
final class TrainingThread {
    private static final Logger log = LoggerFactory.getLogger(TrainingThread.class);
    private static final Duration IDLE = Duration.ofMillis(200);
    private static final long ORDERS_NANOS = Duration.ofSeconds(1).toNanos();
    /** Records that are decoded ahead of their step. As many wait for that. */
    private static final int AHEAD = 4;

    private final String model;
    private final Supplier<TrainingSession> opening;
    private final Membership membership;
    private final ProgressReports reports;
    private final LearnerMetrics metrics;
    private final Thread thread;
    private final Handover handover = new Handover(AHEAD);
    private final AtomicBoolean takenOver = new AtomicBoolean();
    private volatile Ending ending = Ending.NONE;
    private volatile boolean ended;
    private volatile boolean beginsAgain;
    private volatile String interruption = "";
    private volatile @Nullable Throwable failure;
    private volatile @Nullable Long startOffset;
    private volatile LearnerStatus status = LearnerStatus.starting();
    private volatile @Nullable LearnerProgress progress;

    private final Waiting waiting = new Waiting();
    private final Rate rate = new Rate();
    private long lastStep;
    private long lastOrders;

    private enum Ending {
        NONE,
        SAVE,
        DROP
    }

    /**
     * @param opening restores the state; called in this thread, whose session it is
     * @param before the thread whose session has to end first
     * @param reports told at once that a version is being made
     */
    TrainingThread(
            String model,
            Supplier<TrainingSession> opening,
            @Nullable TrainingThread before,
            Membership membership,
            ProgressReports reports,
            LearnerMetrics metrics) {
        this.model = model;
        this.opening = opening;
        this.membership = membership;
        this.reports = reports;
        this.metrics = metrics;
        this.thread = new Thread(() -> run(before), "rangestream-training");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    Membership membership() {
        return membership;
    }

    /** Where it stood after the last thing it did. */
    LearnerStatus status() {
        return status;
    }

    /** The same for the samplers; empty until the state is restored. */
    Optional<LearnerProgress> progress() {
        return Optional.ofNullable(progress);
    }

    /** The offset to read from, negative for a model that begins now; empty until the state is restored. */
    Optional<Long> startOffset() {
        return Optional.ofNullable(startOffset);
    }

    /** What takes the records, once the state is restored. */
    Handover handover() {
        return handover;
    }

    /**
     * Whether it has ended by itself: the partition is another learner's, or {@link #beginsAgain}.
     *
     * @throws RuntimeException what it failed of, if it did
     */
    boolean hasEnded() {
        boolean over = ended; // Before its failure is looked at, which is there by then.
        throwFailure();
        return over;
    }

    /** Whether it has ended of something that passes, so that training is to begin again after a while. */
    boolean beginsAgain() {
        return beginsAgain;
    }

    /** What that was, in one line. */
    String interruption() {
        return interruption;
    }

    /** Another learner has the partition. Waits for nothing: what is in the making will be refused when it comes to be published. */
    void lose() {
        membership.lose();
        noteTakeover("the group says so");
        end(Ending.DROP);
    }

    /**
     * Ends after the step or the version at hand, and waits for it.
     *
     * @throws RuntimeException if the state could not be saved
     */
    void endSaving() {
        end(Ending.SAVE);
        join();
        throwFailure();
    }

    /** As {@link #endSaving}, without a checkpoint. */
    void endDropping() {
        end(Ending.DROP);
        join();
    }

    private void end(Ending wanted) {
        ending = wanted;
        membership.end();
        handover.close();
    }

    private void run(@Nullable TrainingThread before) {
        try {
            if (before != null) {
                before.join();
            }
            if (ending != Ending.NONE) {
                return; // The partition may be another learner's, whom opening would fence.
            }
            try (TrainingSession session = opening.get()) {
                train(session);
            }
        } catch (RuntimeException | Error e) {
            if (e instanceof KafkaException && Fencing.isBehind(e)) {
                noteTakeover(String.valueOf(e.getMessage()));
            } else if (!Recoverable.is(e)) {
                failure = e;
            } else if (ending == Ending.NONE) {
                interruption = String.valueOf(e.getMessage());
                beginsAgain = true;
                log.warn("training is interrupted and begins again from its last checkpoint: {}", e.getMessage());
            } else {
                log.warn(
                        "what was under way when the learner stopped is done again at its next start: {}",
                        e.getMessage());
            }
        } finally {
            ended = true;
            handover.close();
        }
    }

    private void train(TrainingSession session) {
        rate.restart(System.nanoTime(), session.trainer().counters().crops());
        observe(session, LearnerState.IDLE);
        startOffset = session.nextOffset();
        handover.open();
        try {
            while (ending == Ending.NONE) {
                turn(session);
            }
        } catch (RuntimeException e) {
            saveAfter(e, session);
            throw e;
        }
        if (ending == Ending.SAVE) {
            session.saveInHand();
        }
    }

    /** What interrupts training between two steps need not cost the steps. */
    private void saveAfter(RuntimeException interruption, TrainingSession session) {
        if (Recoverable.is(interruption) && session.isSettled() && ending != Ending.DROP && membership.isFresh()) {
            try {
                session.saveInHand();
            } catch (RuntimeException e) {
                interruption.addSuppressed(e);
            }
        }
    }

    /** Takes in records, settles orders, trains on one batch, publishes when a version is due. */
    private void turn(TrainingSession session) {
        int backlog = session.backlog();
        session.accept(handover.take(Math.max(0, AHEAD - backlog), backlog == 0 ? IDLE : Duration.ZERO));
        if (System.nanoTime() - lastOrders >= ORDERS_NANOS) {
            lastOrders = System.nanoTime();
            session.settleOrders();
            session.beat();
        }
        long begin = System.nanoTime();
        boolean stepped = session.step();
        if (stepped) {
            lastStep = System.nanoTime();
            metrics.stepped(lastStep - begin, session.trainer().meanLosses());
        }
        boolean publishes = session.isVersionDue() && session.mayPublish();
        if (publishes) {
            LearnerProgress evaluating = observe(session, LearnerState.EVALUATING);
            if (ending == Ending.NONE) { // Or another learner may be telling its own by now.
                reports.tell(evaluating);
            }
            session.publish();
        } else {
            session.saveWhenDue(membership);
        }
        waiting.set(session.waitsFor());
        observe(session, stepped ? LearnerState.TRAINING : LearnerState.IDLE);
        if (!stepped && !publishes && session.backlog() > 0) {
            handover.pause(IDLE); // What it waits for is not a record of the log.
        }
    }

    private LearnerProgress observe(TrainingSession session, LearnerState state) {
        Trainer trainer = session.trainer();
        Trainer.Counters counters = trainer.counters();
        rate.observe(System.nanoTime(), counters.crops());
        status = new LearnerStatus(
                state,
                counters.batches(),
                counters.crops(),
                rate.perSecond(),
                trainer.meanLosses(),
                trainer.identities(),
                session.version(),
                trainer.backbone().backend().toString(),
                lastStep,
                counters.skippedSteps(),
                counters.skippedCrops(),
                session.backlog() + handover.size(),
                session.cacheUsage(),
                trainer.position().foreignRecords(),
                trainer.position().lostRecords(),
                session.foreignHoldoutRecords(),
                waiting.reason());
        LearnerProgress observed = LearnerProgress.newBuilder()
                .setModel(model)
                .setState(state)
                .setSequences(trainer.position().sequences())
                .setErasures(session.erasures())
                .setVersion(session.version())
                .setBatches(counters.batches())
                .setCrops(counters.crops())
                .setCropsPerSecond(rate.perSecond())
                .build();
        progress = observed;
        return observed;
    }

    /** Polling and publishing may both find out; it is told once. Nobody may have taken over from one that has stood still. */
    private void noteTakeover(String why) {
        if (takenOver.compareAndSet(false, true)) {
            log.warn(
                    "this learner has lost its place in the group, by standing still or to another learner: what it has trained"
                            + " since its last checkpoint, of version {} or later, is dropped ({})",
                    status.version(),
                    why);
        }
    }

    private void throwFailure() {
        Throwable thrown = failure;
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
    }

    private void join() {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
