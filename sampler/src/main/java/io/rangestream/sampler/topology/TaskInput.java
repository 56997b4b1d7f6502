package io.rangestream.sampler.topology;

import io.rangestream.sampler.internal.buffer.InputState;
import io.rangestream.sampler.topology.TaskBoard.Event;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the offsets of a task's faces partition for faces that were deleted before they were read, by retention or by
 * hand: Streams goes on with what is left and says nothing. Transaction markers and aborted records leave gaps, too; what
 * tells them apart is where the partition begins. Not thread-safe.
 */
final class TaskInput {
    private static final Logger log = LoggerFactory.getLogger(TaskInput.class);

    /** Producers with transactions leave a gap of one offset with each; the broker is not asked about all of them. */
    private static final long SMALL_GAP = 100;

    private static final long MILLIS_BETWEEN_LOOKS = 1000;

    private final int partition;
    private final LogStart start;
    private final TaskBoard board;
    private long lastLook = Long.MIN_VALUE;

    TaskInput(int partition, LogStart start, TaskBoard board) {
        this.partition = partition;
        this.start = start;
        this.board = board;
    }

    /** The state after the record at an offset has arrived. */
    InputState arrived(InputState before, long offset, long now) {
        long gap = before.gapBefore(offset);
        if (gap < 0) {
            log.warn(
                    "faces partition {} goes on at offset {} after {}: the topic was created again, or the group's offset"
                            + " was reset",
                    partition,
                    offset,
                    before.nextOffset() - 1);
        } else if (gap > 0 && mayLook(gap, now) && start.of(partition) > before.nextOffset()) {
            board.count(Event.LOST, gap);
            log.error(
                    "faces partition {}: offsets {} to {} were deleted before they were read; up to {} faces are lost",
                    partition,
                    before.nextOffset(),
                    offset - 1,
                    gap);
            return before.losing(gap).read(offset);
        }
        return before.read(offset);
    }

    private boolean mayLook(long gap, long now) {
        if (gap <= SMALL_GAP && lastLook != Long.MIN_VALUE && now - lastLook < MILLIS_BETWEEN_LOOKS) {
            return false;
        }
        lastLook = now;
        return true;
    }
}
