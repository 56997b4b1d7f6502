package io.rangestream.sampler.topology;

import io.rangestream.sampler.internal.buffer.InputState;
import io.rangestream.sampler.topology.TaskBoard.Event;
import java.util.OptionalLong;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the offsets of a task's faces partition for faces that were deleted before they were read, by retention or by
 * hand: Streams goes on with what is left and says nothing. Transaction markers and aborted records leave gaps, too; what
 * tells them apart is where the partition begins. Where the broker does not say, the task goes on, its state keeps the first
 * offset that it did not read, and a later record asks again. Not thread-safe.
 */
final class TaskInput {
    private static final Logger log = LoggerFactory.getLogger(TaskInput.class);

    /** Producers with transactions leave a gap of one offset with each; the broker is not asked about all of them. */
    private static final long SMALL_GAP = 100;

    private static final long MILLIS_BETWEEN_LOOKS = 1000;

    /** A look that fails may take 10 s, and what is buffered is to go on meanwhile. */
    private static final long MILLIS_AFTER_FAILURE = 30_000;

    private final int partition;
    private final LogStart start;
    private final TaskBoard board;
    private long lastLook = Long.MIN_VALUE;
    /** Records read since the broker did not say; 0 if it did. */
    private long readUnsure;

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
        } else if (gap > 0 && mayLook(gap, now)) {
            OptionalLong begin = look(before, now);
            if (begin.isEmpty()) {
                readUnsure++;
                return before;
            }
            if (begin.getAsLong() > before.nextOffset()) {
                long lost = gap - readUnsure;
                readUnsure = 0;
                board.count(Event.LOST, lost);
                log.error(
                        "faces partition {}: of offsets {} to {}, {} were deleted before they were read; up to as many faces"
                                + " are lost",
                        partition,
                        before.nextOffset(),
                        offset - 1,
                        lost);
                return before.losing(lost).read(offset);
            }
        }
        readUnsure = 0;
        return before.read(offset);
    }

    /** Where the partition begins; empty if the broker does not say, or did not a moment ago. */
    private OptionalLong look(InputState before, long now) {
        if (readUnsure > 0 && now - lastLook < MILLIS_AFTER_FAILURE) {
            return OptionalLong.empty();
        }
        lastLook = now;
        try {
            return OptionalLong.of(start.of(partition));
        } catch (KafkaException e) {
            if (readUnsure == 0) {
                log.warn(
                        "faces partition {}: whether faces from offset {} on are lost cannot be seen now and is looked at"
                                + " later: {}",
                        partition,
                        before.nextOffset(),
                        e.toString());
            }
            return OptionalLong.empty();
        }
    }

    private boolean mayLook(long gap, long now) {
        return readUnsure > 0
                || gap > SMALL_GAP
                || lastLook == Long.MIN_VALUE
                || now - lastLook >= MILLIS_BETWEEN_LOOKS;
    }
}
