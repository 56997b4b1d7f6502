package io.rangestream.sampler.topology;

import io.rangestream.sampler.config.Pacing;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.internal.buffer.PaceState;
import io.rangestream.sampler.internal.draw.Credit;
import io.rangestream.sampler.topology.TaskBoard.Event;
import java.time.Duration;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * What the learner's distance and idle time mean for one task's batches. With {@code pace=lossless} and without idle
 * replay it means nothing here, so that batches are a function of what arrived: then the {@code Pacer} alone acts, from
 * outside. Not thread-safe.
 */
final class TaskPace {
    /** How often a task looks whether there is something to do; idle is one whole interval without a record. */
    static final Duration LOOK = Duration.ofMillis(500);

    /** Idle draws fill up to this part of the batches allowed ahead: enough to keep a learner busy between two looks. */
    private static final long IDLE_PART = 10;

    private final Pacing pacing;
    private final Credit credit;
    private final long idlePerFace;
    private final LearnerDistance learner;
    private final TaskBoard board;
    private final String task;
    private final KeyValueStore<Bytes, byte[]> store;
    private PaceState state;
    private boolean recordsCame;

    TaskPace(
            SamplerConfig config,
            Credit credit,
            LearnerDistance learner,
            TaskBoard board,
            String task,
            KeyValueStore<Bytes, byte[]> store) {
        this.pacing = config.pacing();
        this.credit = credit;
        this.idlePerFace = Credit.millionths(pacing.idleReplay());
        this.learner = learner;
        this.board = board;
        this.task = task;
        this.store = store;
        this.state = PaceState.load(store);
    }

    /** Whether there is anything to be looked at every {@link #LOOK}. */
    boolean looks() {
        return isFresh() || idlePerFace > 0;
    }

    /** Whether batches also leave between records, on credit that waited for the learner. */
    boolean isFresh() {
        return pacing.mode() == Pacing.Mode.FRESH;
    }

    /** Whether a batch that the credit covers may leave; the answer no is counted. */
    boolean mayLeave(long sequence) {
        boolean may = !isFresh() || learner.of(task, sequence) < learner.allowedPerTask();
        if (!may) {
            board.count(Event.HELD_BACK);
        }
        return may;
    }

    void recordCame() {
        recordsCame = true;
    }

    /**
     * A new training face was taken in.
     *
     * @param kept faces in the task's buffers; no more idle credit is saved than they would earn together
     */
    void faceCame(long kept) {
        if (idlePerFace > 0) {
            state = state.earn(idlePerFace, idlePerFace * kept);
            state.save(store);
        }
    }

    /** How much of the credit stays; the rest is forfeited. */
    long capped(long earned) {
        long most = credit.perBatch() * learner.allowedPerTask();
        if (!isFresh() || earned <= most) {
            return earned;
        }
        long before = state.forfeited();
        state = state.forfeit(earned - most);
        state.save(store);
        board.count(Event.CROP_FORFEITED, Credit.wholeCrops(state.forfeited()) - Credit.wholeCrops(before));
        return most;
    }

    /** Whether no record came since the last call. */
    boolean isIdle() {
        boolean idle = !recordsCame;
        recordsCame = false;
        return idle;
    }

    /** Spends idle credit on the next batch; false if there is not enough, or the learner has enough to do. */
    boolean spendIdle(long sequence) {
        long enough = Math.max(1, learner.allowedPerTask() / IDLE_PART);
        if (state.idleCredit() < credit.perBatch() || learner.of(task, sequence) >= enough) {
            return false;
        }
        state = state.spend(credit.perBatch());
        state.save(store);
        board.count(Event.IDLE_BATCH);
        return true;
    }
}
