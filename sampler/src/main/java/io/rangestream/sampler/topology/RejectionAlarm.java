package io.rangestream.sampler.topology;

import io.rangestream.sampler.config.RejectionLimit;
import java.util.BitSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches what share of a task's last records was refused: with a producer's wrong schema or a misplaced limit everything
 * would look alive while nothing is taken in. It stops nothing, since refused records are kept as dead letters and any
 * producer can send them. The alarm is raised at the limit and ends below half of it. Not thread-safe.
 */
final class RejectionAlarm {
    private static final Logger log = LoggerFactory.getLogger(RejectionAlarm.class);
    private static final double ENDS_BELOW = 0.5;

    private final RejectionLimit limit;
    private final TaskBoard board;
    private final String task;
    private final int partition;
    private final BitSet refused;
    private int next;
    private int refusals;
    private long seen;
    private boolean raised;

    RejectionAlarm(RejectionLimit limit, TaskBoard board, String task, int partition) {
        this.limit = limit;
        this.board = board;
        this.task = task;
        this.partition = partition;
        this.refused = new BitSet(limit.window());
    }

    /** Notes a record that was taken in. */
    void accepted() {
        if (note(false) && raised && refusals < ENDS_BELOW * limit.share() * limit.window()) {
            raised = false;
            board.endAlarm(task);
            log.info(
                    "faces partition {}: {} of the last {} records were refused; the alarm ends",
                    partition,
                    refusals,
                    limit.window());
        }
    }

    /** Notes a record that was refused. */
    void rejected(String reason) {
        if (note(true) && !raised && refusals >= limit.share() * limit.window()) {
            raised = true;
            String alarm = "faces partition %d: %d of the last %d records were refused, the last because: %s"
                    .formatted(partition, refusals, limit.window(), reason);
            board.raiseAlarm(task, alarm);
            log.warn("{}; they are kept as dead letters, see `rangestream rejected list`", alarm);
        }
    }

    /** Whether there are enough records to judge by. */
    private boolean note(boolean isRefused) {
        if (limit.window() == 0) {
            return false;
        }
        refusals += (isRefused ? 1 : 0) - (refused.get(next) ? 1 : 0);
        refused.set(next, isRefused);
        next = (next + 1) % limit.window();
        seen++;
        return seen >= limit.window();
    }
}
