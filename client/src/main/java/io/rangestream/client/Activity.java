package io.rangestream.client;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** What a follower has done so far, counted without a lock. Thread-safe. */
final class Activity implements ModelListener {
    private final LongAdder swaps = new LongAdder();
    private final LongAdder calls = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final Map<Check, LongAdder> refused = new EnumMap<>(Check.class);
    private volatile long lastSwap = System.nanoTime();

    Activity() {
        for (Check check : Check.values()) {
            refused.put(check, new LongAdder());
        }
    }

    @Override
    public void onSwap(ModelVersion version) {
        lastSwap = System.nanoTime();
        swaps.increment();
    }

    @Override
    public void onRefused(Refusal refusal) {
        refused(refusal.failed()).increment();
    }

    void embedded(long startNanos) {
        nanos.add(System.nanoTime() - startNanos);
        calls.increment();
    }

    long swaps() {
        return swaps.sum();
    }

    /** Seconds since another version came to serve; before the first, since the start. */
    double secondsSinceSwap() {
        return (System.nanoTime() - lastSwap) / (double) TimeUnit.SECONDS.toNanos(1);
    }

    long calls() {
        return calls.sum();
    }

    long nanos() {
        return nanos.sum();
    }

    LongAdder refused(Check check) {
        LongAdder counter = refused.get(check);
        if (counter == null) {
            throw new IllegalArgumentException("there is no check " + check);
        }
        return counter;
    }
}
