package io.rangestream.ingest.source;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Files that were not sent: all of them counted by reason, the first of each reason by name. Thread-safe.
 *
 * <p>A broken data set can hold millions of them, so the names are capped; a {@link Log} gets every one.
 */
public final class Rejections {
    /** Names kept for each reason. */
    public static final int SAMPLES = 5;

    /** Gets every rejection, from any thread but never from two at once. */
    @FunctionalInterface
    public interface Log {
        /** Keeps nothing. */
        Log NONE = (reason, name, detail) -> {};

        /**
         * @param name of the file
         * @param detail what was wrong with it, in one line; empty where the reason says all
         */
        void rejected(Reason reason, String name, String detail);
    }

    private final Log log;
    private final Map<Reason, Entry> entries = new EnumMap<>(Reason.class);

    /**
     * The rejections of one reason.
     *
     * @param count how many there were
     * @param samples the first {@value #SAMPLES}, each a name and what was wrong with it, in one line
     */
    public record Entry(long count, List<String> samples) {
        public Entry {
            samples = List.copyOf(samples);
        }

        private Entry plus(Entry other) {
            var merged = new ArrayList<>(samples);
            merged.addAll(other.samples);
            return new Entry(count + other.count, merged.subList(0, Math.min(SAMPLES, merged.size())));
        }
    }

    public Rejections() {
        this(Log.NONE);
    }

    /** @param log gets each of them as it happens */
    public Rejections(Log log) {
        this.log = log;
    }

    public void add(Reason reason, String name) {
        add(reason, name, "");
    }

    /** @param detail what was wrong with this one, in one line */
    public synchronized void add(Reason reason, String name, String detail) {
        String sample = detail.isEmpty() ? name : "%s: %s".formatted(name, detail);
        entries.merge(reason, new Entry(1, List.of(sample)), Entry::plus);
        log.rejected(reason, name, detail);
    }

    /** Adds what another has counted so far; its log has them already. */
    public void addAll(Rejections other) {
        Map<Reason, Entry> added = other.byReason();
        synchronized (this) {
            added.forEach((reason, entry) -> entries.merge(reason, entry, Entry::plus));
        }
    }

    public synchronized long total() {
        return entries.values().stream().mapToLong(Entry::count).sum();
    }

    /** A copy, in the order of {@link Reason}. */
    public synchronized Map<Reason, Entry> byReason() {
        return new EnumMap<>(entries);
    }
}
