package io.rangestream.app.demo;

import io.rangestream.learner.LearnerStatus;

/**
 * Crops per second of the whole, from looks at the learner: from the first step seen at or after 2,000 crops to the last.
 * Not thread-safe.
 */
final class Throughput {
    private static final long NOT_COUNTED = 2_000;

    private long firstNanos;
    private long countedFromNanos;
    private long countedFromCrops = -1;
    private long lastNanos;
    private long lastCrops;

    void look(LearnerStatus status) {
        if (status.crops() == 0 || status.lastStepNanos() == 0) {
            return;
        }
        if (firstNanos == 0) {
            firstNanos = status.lastStepNanos();
        }
        if (countedFromCrops < 0 && status.crops() >= NOT_COUNTED) {
            countedFromCrops = status.crops();
            countedFromNanos = status.lastStepNanos();
        }
        if (status.crops() > lastCrops) {
            lastCrops = status.crops();
            lastNanos = status.lastStepNanos();
        }
    }

    double seconds() {
        return (lastNanos - firstNanos) / 1e9;
    }

    double cropsPerSecond() {
        return countedFromCrops < 0 || lastNanos <= countedFromNanos
                ? 0
                : (lastCrops - countedFromCrops) * 1e9 / (lastNanos - countedFromNanos);
    }
}
