package io.rangestream.sampler.topology;

import java.util.Map;

/**
 * How far the learner is behind each task, in batches and erasures, by what it last reported. Written by whoever reads
 * {@code learner-progress}, asked by the tasks and the pacer. Thread-safe.
 */
public final class LearnerDistance {
    private final long allowedPerTask;
    private volatile Map<String, Long> learnerAt = Map.of();

    /** @param allowedPerTask batches that a task may be ahead, at least 1 */
    public LearnerDistance(long allowedPerTask) {
        this.allowedPerTask = allowedPerTask;
    }

    /** The learner has dealt with these sequences, by task. */
    public void learnerReports(Map<String, Long> sequences) {
        learnerAt = Map.copyOf(sequences);
    }

    /** Batches and erasures the learner has yet to deal with; all of them if it has never named the task. */
    public long of(String task, long sequence) {
        return Math.max(0, sequence - learnerAt.getOrDefault(task, 0L));
    }

    /** Batches that a task may be ahead. */
    public long allowedPerTask() {
        return allowedPerTask;
    }
}
