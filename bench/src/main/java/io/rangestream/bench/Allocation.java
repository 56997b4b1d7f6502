package io.rangestream.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Heap bytes that the threads of training had allocated by a moment: the learner's own, the decoder's, those that share loops, and the
 * one that asks.
 *
 * @param byThread bytes by the id of the thread
 */
record Allocation(Map<Long, Long> byThread) {
    static Allocation ofTraining() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        return new Allocation(Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(Objects::nonNull)
                .filter(t -> t.getThreadId() == self
                        || t.getThreadName().startsWith("rangestream-")
                        || t.getThreadName().equals("lane"))
                .collect(
                        Collectors.toMap(t -> t.getThreadId(), t -> threads.getThreadAllocatedBytes(t.getThreadId()))));
    }

    /** What has been allocated since, by threads that were there then. */
    double since(Allocation before) {
        return byThread.entrySet().stream()
                .mapToLong(e -> e.getValue() - before.byThread.getOrDefault(e.getKey(), e.getValue()))
                .sum();
    }
}
