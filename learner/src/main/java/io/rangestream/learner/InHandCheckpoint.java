package io.rangestream.learner;

import io.rangestream.learner.checkpoint.CheckpointException;
import io.rangestream.learner.checkpoint.CheckpointStore;
import io.rangestream.learner.config.CheckpointConfig;
import io.rangestream.schemas.log.OutageLog;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoint of the batch in hand: when it is due between two versions, and when it has to go. Not thread-safe.
 */
final class InHandCheckpoint {
    private static final Logger log = LoggerFactory.getLogger(InHandCheckpoint.class);
    /** Writing by the clock takes at most one part of so many of the time. */
    private static final int SHARE = 50;

    private final CheckpointStore checkpoints;
    private final CheckpointConfig config;
    private final LongSupplier clock;
    private final OutageLog outage = new OutageLog(log);
    private boolean stored = true; // A learner before this one may have left one.
    private long batches;
    private long written;
    private long took;

    /** @param clock nanoseconds from any origin */
    InHandCheckpoint(CheckpointStore checkpoints, CheckpointConfig config, LongSupplier clock) {
        this.checkpoints = checkpoints;
        this.config = config;
        this.clock = clock;
        this.written = clock.getAsLong();
    }

    /** A batch was trained on. */
    void trained() {
        batches++;
    }

    boolean isDue() {
        if (batches == 0) {
            return false;
        }
        if (config.everyBatches() > 0 && batches >= config.everyBatches()) {
            return true;
        }
        long interval = config.maxInterval().toNanos();
        return interval > 0 && clock.getAsLong() - written >= Math.max(interval, SHARE * took);
    }

    /** Writes one if the store takes it; training needs it only after a crash. */
    void tryWriting(CheckpointStore.Writer writer) {
        try {
            write(writer);
            outage.succeeded("checkpoints between versions are written");
        } catch (CheckpointException e) {
            outage.failed("a crash now would cost the training since the last checkpoint: " + e.getMessage());
        }
    }

    /**
     * Writes one in the place of the one before.
     *
     * @throws CheckpointException if the store does not take it
     */
    void write(CheckpointStore.Writer writer) {
        long begin = clock.getAsLong();
        batches = 0;
        stored = true; // An attempt that failed may have left something.
        try {
            checkpoints.writeInHand(writer);
        } finally {
            written = clock.getAsLong();
            took = written - begin;
        }
    }

    /**
     * Removes it, if there may be one.
     *
     * @throws CheckpointException if it cannot be removed
     */
    void discard() {
        if (stored) {
            checkpoints.discardInHand();
            stored = false;
        }
    }

    /** A version was made: what this holds fits nothing any more. Whoever is erased later has to be out of it all the same. */
    void versionMade() {
        batches = 0;
        written = clock.getAsLong();
        try {
            discard();
        } catch (CheckpointException e) {
            log.warn("{}; that is tried again with the next erasure or version", e.getMessage());
        }
    }
}
