package io.rangestream.sampler.topology;

import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.internal.buffer.KeptHistogram;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the tasks of this process report while they run, for whoever watches: the pacer and the status. Counts begin with
 * the process; work that a failed transaction repeats is counted again. Thread-safe.
 */
public final class TaskBoard {
    private final Map<String, TaskReport> reports = new ConcurrentHashMap<>();
    private final Map<String, KeptHistogram> sizes = new ConcurrentHashMap<>();
    private final Map<String, String> alarms = new ConcurrentHashMap<>();
    private final Map<Event, LongAdder> counts;

    /** What is counted. */
    public enum Event {
        /** A new training face. */
        ACCEPTED,
        /** A new holdout face. */
        HELD_OUT,
        /** A face that was there before. */
        DUPLICATE,
        /** A record that went to the dead letters. */
        REJECTED,
        /** A face whose picture was there under another identity; taken in or refused, and counted as that, too. */
        LABEL_CONFLICT,
        /** A face whose picture was there under the same identity with another face_id; taken in, and counted as that, too. */
        REPEATED_PICTURE,
        /** An offset that was deleted from its faces partition before it was read: at most a face. */
        LOST,
        /** A RETRACT, whether or not the face was there. */
        RETRACTED,
        /** A tombstone. */
        ERASED,
        /** A batch that left. */
        BATCH,
        /** One of those batches, drawn because there was nothing else to do. */
        IDLE_BATCH,
        /** A moment when a batch that the credit covered did not leave, because the learner was too far behind. */
        HELD_BACK,
        /** A crop that was earned and is never drawn, because the learner was too far behind for too long. */
        CROP_FORFEITED,
        /** The sampler was paused for the learner. */
        PAUSED,
        /** The sampler was resumed. */
        RESUMED
    }

    public TaskBoard() {
        var adders = new ConcurrentHashMap<Event, LongAdder>();
        for (Event event : Event.values()) {
            adders.put(event, new LongAdder());
        }
        counts = Map.copyOf(adders);
    }

    /** Something happened. */
    public void count(Event event) {
        count(event, 1);
    }

    void count(Event event, long times) {
        adder(event).add(times);
    }

    void report(String task, TaskReport report) {
        reports.put(task, report);
    }

    /** Lets others see how full a task's buffers are. */
    void show(String task, KeptHistogram histogram) {
        sizes.put(task, histogram);
    }

    void remove(String task) {
        reports.remove(task);
        sizes.remove(task);
        alarms.remove(task);
    }

    /** A task has something to say until {@link #endAlarm}, in one line. */
    void raiseAlarm(String task, String line) {
        alarms.put(task, line);
    }

    void endAlarm(String task) {
        alarms.remove(task);
    }

    /** The alarms raised now, by task. */
    public Map<String, String> alarms() {
        return new TreeMap<>(alarms);
    }

    /** How often something happened since the process began. */
    public long counted(Event event) {
        return adder(event).sum();
    }

    /** The last report of each task that runs here. */
    public Map<String, TaskReport> reports() {
        return new TreeMap<>(reports);
    }

    /** How many identities of the tasks here keep 0, 1, 2, … faces; those that keep none are not counted. */
    public long[] identitiesByKept() {
        var sums = new long[SamplerConfig.MAX_CAPACITY + 1];
        sizes.values().forEach(histogram -> histogram.addTo(sums));
        return sums;
    }

    private LongAdder adder(Event event) {
        LongAdder adder = counts.get(event);
        if (adder == null) {
            throw new IllegalArgumentException("not counted: " + event);
        }
        return adder;
    }
}
