package io.rangestream.learner;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Rate of a counter over the last seconds. Not thread-safe. */
final class Rate {
    private static final long WINDOW_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long STEP_NANOS = Duration.ofMillis(500).toNanos();

    private final Deque<Sample> samples = new ArrayDeque<>();

    private record Sample(long nanos, long count) {}

    void restart(long nanos, long count) {
        samples.clear();
        samples.add(new Sample(nanos, count));
    }

    void observe(long nanos, long count) {
        Sample last = samples.peekLast();
        if (last != null && nanos - last.nanos() < STEP_NANOS) {
            return;
        }
        samples.add(new Sample(nanos, count));
        while (samples.size() > 2 && nanos - samples.getFirst().nanos() > WINDOW_NANOS) {
            samples.removeFirst();
        }
    }

    double perSecond() {
        if (samples.size() < 2) {
            return 0;
        }
        Sample first = samples.getFirst();
        Sample last = samples.getLast();
        return (last.count() - first.count()) * 1e9 / Math.max(1, last.nanos() - first.nanos());
    }
}
