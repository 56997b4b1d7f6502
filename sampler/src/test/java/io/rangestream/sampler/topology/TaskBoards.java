package io.rangestream.sampler.topology;

/** Reports as a task would, for tests of those who read them. */
public final class TaskBoards {
    private TaskBoards() {}

    public static void report(TaskBoard board, String task, long sequence, long nextOffset) {
        board.report(task, new TaskReport(sequence, 0, 0, 0, 0, 0, 0, nextOffset));
    }
}
