package io.rangestream.sampler.topology;

import java.time.Instant;

/** Reports as a task would, for tests of those who read them. */
public final class TaskBoards {
    private TaskBoards() {}

    public static void report(TaskBoard board, String task, long sequence, long offset, Instant timestamp) {
        board.report(task, new TaskReport(sequence, 0, 0, 0, 0, 0, 0, offset, timestamp.toEpochMilli()));
    }
}
