package io.rangestream.learner.records;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Says which records of the batches topic are trained on, by the sequences of the sampler tasks: each counts its batches and erasures from 1
 * without a gap.
 *
 * <p>What cannot be read, and what is ahead of its task, may be foreign, or the sign of a loss. It is in doubt until the task's next record
 * comes: if that one follows the last, everything in between was foreign; if it follows the one ahead, records are missing, and training
 * stops until an operator has it go on, or the next record comes after all, as then both ahead were foreign. Not thread-safe.
 *
 * @param <T> what is to be done with a record
 */
public final class LogOrder<T> {
    private final LogPosition position;
    private final PassedOver passedOver;
    private final BiPredicate<String, Long> ordered;
    private final Map<String, List<Unread>> unread = new TreeMap<>();
    private final Map<String, Item<T>> ahead = new TreeMap<>();
    /** The record ahead whose successor has come, so that records before it are missing. */
    private @Nullable Item<T> behindGap;

    private boolean begun;

    private record Unread(long offset, String why) {}

    /**
     * A record and what is to be done with it.
     *
     * @param <T> what is to be done
     */
    public record Item<T>(LogRecord record, T work) {}

    /**
     * What becomes of a record.
     *
     * @param <T> what is to be done with one
     * @param due what is to be done now, in this order; the position has yet to be told that it was
     * @param again whether the record is to be judged again afterwards
     */
    public record Verdict<T>(List<Item<T>> due, boolean again) {}

    /**
     * @param position kept up to date, but for the records that are returned
     * @param passedOver counts foreign records
     * @param ordered whether operators have a task go on with a batch of this sequence although others are missing
     */
    public LogOrder(LogPosition position, PassedOver passedOver, BiPredicate<String, Long> ordered) {
        this.position = position;
        this.passedOver = passedOver;
        this.ordered = ordered;
    }

    /**
     * Whether a record that was read from the topic needs a look. Asked of each record first, in the topic's order.
     *
     * @return false if it was dealt with before training stopped last
     */
    public boolean isNew(long offset) {
        if (!begun) {
            begun = true;
            if (position.nextOffset() < 0) {
                position.begin(offset);
            }
            position.forgetDoubtsBefore(offset);
        }
        return !position.isBehind(offset);
    }

    /** Passes over a record that no task can have written. */
    public void foreign(long offset, String why) {
        position.passedForeign(offset);
        passedOver.add(offset, why);
    }

    /** Leaves a record in doubt that its task may have written. */
    public void unreadable(long offset, String task, String why) {
        position.doubt(offset);
        unread.computeIfAbsent(task, t -> new ArrayList<>()).add(new Unread(offset, why));
    }

    /** Judges the next record. While training {@linkplain #stop stops} the verdict stays the same. */
    public Verdict<T> judge(Item<T> item) {
        LogRecord record = item.record();
        String task = record.task();
        return switch (position.check(task, record.sequence())) {
            case REPEATED -> {
                foreign(
                        record.offset(),
                        "it says that it is batch %d of sampler task %s, which came before"
                                .formatted(record.sequence(), task));
                yield new Verdict<>(List.of(), false);
            }
            case NEXT -> {
                passDoubts(task, record);
                yield new Verdict<>(List.of(item), false);
            }
            case AHEAD -> judgeAhead(item);
        };
    }

    /**
     * Looks at a record beyond the one at which training stopped.
     *
     * @return whether it is the one that seemed to be missing: then training goes on, and the record at which it stopped is to be judged again
     */
    public boolean endsStop(LogRecord later) {
        if (behindGap == null
                || !behindGap.record().task().equals(later.task())
                || position.check(later.task(), later.sequence()) != LogPosition.Order.NEXT) {
            return false;
        }
        behindGap = null;
        passAhead(later.task(), later);
        return true;
    }

    /** What stops training until somebody acts, in one line; empty if nothing does. */
    public Optional<String> stop() {
        return Optional.ofNullable(behindGap).map(first -> {
            String task = first.record().task();
            long sequence = first.record().sequence();
            long last = position.next(task) - 1;
            List<Unread> between = unread.getOrDefault(task, List.of());
            return "sampler task %s: batch %d follows batch %d; the %d between are missing from the batches topic%s. Training waits; 'rangestream models go-on %s %d --reason TEXT' goes on without them"
                    .formatted(
                            task,
                            sequence,
                            last,
                            sequence - last - 1,
                            between.isEmpty() ? "" : ", where " + describe(between),
                            task,
                            sequence);
        });
    }

    /** Of which record nobody knows whether it belongs here, in one line; empty if it is known of all. */
    public Optional<String> doubt() {
        for (var entry : ahead.entrySet()) {
            LogRecord record = entry.getValue().record();
            return Optional.of(inDoubt(
                    entry.getKey(),
                    record.sequence(),
                    "offset %d is batch %d after batch %d"
                            .formatted(record.offset(), record.sequence(), position.next(entry.getKey()) - 1)));
        }
        for (var entry : unread.entrySet()) {
            return Optional.of(inDoubt(entry.getKey(), position.next(entry.getKey()), describe(entry.getValue())));
        }
        return Optional.empty();
    }

    /** Why an order to go on with a task's batch would change nothing; empty if it would. */
    public Optional<String> objectionToGoingOn(String task, long sequence) {
        Item<T> first = ahead.get(task);
        long waitsFor = first != null ? first.record().sequence() : position.next(task);
        if (waitsFor == sequence && (first != null || unread.containsKey(task))) {
            return Optional.empty();
        }
        return Optional.of("sampler task %s does not wait to go on with batch %d; the last one was %d"
                .formatted(task, sequence, position.next(task) - 1));
    }

    /**
     * Does what operators have ordered since.
     *
     * @return what is to be done now, in this order
     */
    public List<Item<T>> goOn() {
        var due = new ArrayList<Item<T>>();
        for (Item<T> first : List.copyOf(ahead.values())) {
            LogRecord record = first.record();
            if (ordered.test(record.task(), record.sequence())) {
                goOn(record);
                due.add(first);
            }
        }
        for (String task : List.copyOf(unread.keySet())) {
            if (!ahead.containsKey(task) && ordered.test(task, position.next(task))) {
                passUnread(task, "an order says that the task goes on behind it");
            }
        }
        return due;
    }

    private Verdict<T> judgeAhead(Item<T> item) {
        LogRecord record = item.record();
        String task = record.task();
        if (ordered.test(task, record.sequence())) {
            passAhead(task, record);
            goOn(record);
            return new Verdict<>(List.of(item), false);
        }
        Item<T> first = ahead.get(task);
        if (first == null || first.record().sequence() + 1 != record.sequence()) {
            passAhead(task, record);
            ahead.put(task, item);
            position.doubt(record.offset());
            return new Verdict<>(List.of(), false);
        }
        if (position.mayBeginLater(task)) {
            ahead.remove(task);
            passUnread(task, "the task's batches begin behind it");
            position.beginTask(task, first.record().sequence());
            return new Verdict<>(List.of(first), true);
        }
        behindGap = first;
        return new Verdict<>(List.of(), true);
    }

    /** What was unread may have been what is missing, so it is not counted as foreign. */
    private void goOn(LogRecord record) {
        String task = record.task();
        ahead.remove(task);
        List<Unread> between = unread.remove(task);
        if (between != null) {
            between.forEach(one -> position.passed(one.offset()));
        }
        if (behindGap != null && behindGap.record().equals(record)) {
            behindGap = null;
        }
        position.goOn(task, record.sequence());
    }

    private void passDoubts(String task, LogRecord next) {
        passUnread(task, "the task's next batch is at offset " + next.offset());
        passAhead(task, next);
    }

    private void passUnread(String task, String why) {
        List<Unread> between = unread.remove(task);
        if (between != null) {
            between.forEach(one -> foreign(one.offset(), one.why() + "; " + why));
        }
    }

    private void passAhead(String task, LogRecord next) {
        Item<T> first = ahead.remove(task);
        if (first != null) {
            foreign(
                    first.record().offset(),
                    "it says that it is batch %d of sampler task %s, and batch %d came behind it"
                            .formatted(first.record().sequence(), task, next.sequence()));
        }
    }

    private static String describe(List<Unread> records) {
        Unread first = records.get(0);
        return "offset %d cannot be read: %s".formatted(first.offset(), first.why());
    }

    private static String inDoubt(String task, long sequence, String what) {
        return "no version is made before it is known whether a record of the batches topic is foreign: %s. Sampler task %s's next batch tells; 'rangestream models go-on %s %d --reason TEXT' does not wait for it"
                .formatted(what, task, task, sequence);
    }
}
