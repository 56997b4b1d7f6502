package io.rangestream.learner.records;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How far in the batches topic the training is: by offset, to go on from there, and by each sampler task's own sequence, to
 * notice what is missing, foreign or comes twice. Not thread-safe.
 */
public final class LogPosition {
    private static final long FIRST_SEQUENCE = 1;

    /** Behind the furthest record looked at. */
    private long end = -1;
    /** Offsets of records of which nobody knows yet whether they belong here. */
    private final TreeSet<Long> unproven = new TreeSet<>();
    /** Whether the model began where the topic begins, so that each task's sequence is known from its first. */
    private boolean whole;

    private long foreign;
    private long lost;
    private final List<String> remarks = new ArrayList<>();
    private final TreeMap<String, Long> sequences = new TreeMap<>();
    private final TreeMap<String, Long> erasures = new TreeMap<>();
    private final TreeMap<String, Long> holdout = new TreeMap<>();

    /** What a record's sequence says. */
    public enum Order {
        NEXT,
        REPEATED,
        AHEAD
    }

    /**
     * A model begins here.
     *
     * @param offset the first one that the topic has
     */
    public void begin(long offset) {
        whole = offset == 0;
        end = offset;
    }

    /** Compares a record with its task's sequence. */
    public Order check(String task, long sequence) {
        long next = next(task);
        return sequence == next ? Order.NEXT : sequence < next ? Order.REPEATED : Order.AHEAD;
    }

    /** Sequence of the next batch or erasure of a task. */
    public long next(String task) {
        Long last = sequences.get(task);
        return last == null ? FIRST_SEQUENCE : last + 1;
    }

    /** Whether a task may begin with any sequence, since what came before may have left the topic before the model began. */
    public boolean mayBeginLater(String task) {
        return !whole && !sequences.containsKey(task);
    }

    /** Whether a record needs no further look: it was dealt with before training stopped last. */
    public boolean isBehind(long offset) {
        return offset < end && !unproven.contains(offset);
    }

    /** A task's batch has been trained on, or passed over as one that trains nobody. */
    public void trained(String task, long sequence, long holdoutRecords) {
        sequences.put(task, sequence);
        holdout.merge(task, holdoutRecords, Math::max);
    }

    /** A task's erasure has been complied with. */
    public void erased(String task, long sequence, long holdoutRecords) {
        trained(task, sequence, holdoutRecords);
        erasures.put(task, sequence);
    }

    /** A record has been dealt with. */
    public void passed(long offset) {
        end = Math.max(end, offset + 1);
        unproven.remove(offset);
    }

    /** A record is left for later, as nobody knows yet whether it belongs here. */
    public void doubt(long offset) {
        end = Math.max(end, offset + 1);
        unproven.add(offset);
    }

    /** Records before this one are no longer on the topic. */
    public void forgetDoubtsBefore(long offset) {
        unproven.headSet(offset).clear();
    }

    /** Whether it is known of every record whether it belongs here. */
    public boolean isProven() {
        return unproven.isEmpty();
    }

    /** A record that does not belong here has been passed over. */
    public void passedForeign(long offset) {
        passed(offset);
        foreign++;
    }

    /** A task's next batch or erasure has this sequence, as the model begins in the middle of the topic. */
    public void beginTask(String task, long sequence) {
        sequences.put(task, sequence - 1);
    }

    /** As an order says, a task's next batch or erasure has this sequence, and those before it are lost. */
    public void goOn(String task, long sequence) {
        long missing = sequence - next(task);
        lost += missing;
        remarks.add("by order, training went on with batch %d of sampler task %s without the %d before it"
                .formatted(sequence, task, missing));
        sequences.put(task, sequence - 1);
    }

    /** Records passed over as foreign since the model began. */
    public long foreignRecords() {
        return foreign;
    }

    /** Batches and erasures that an order went on without since the model began. */
    public long lostRecords() {
        return lost;
    }

    /** What the next version has to say of that. */
    public List<String> remarks() {
        return List.copyOf(remarks);
    }

    /** What there was to say has been said. */
    public void versionMade() {
        remarks.clear();
    }

    /** Offset to read from: the first record of which nobody knows whether it belongs here, or the next. Negative for a model that has not begun. */
    public long nextOffset() {
        return unproven.isEmpty() ? end : unproven.first();
    }

    /** Per task, sequence of the last batch or erasure dealt with. */
    public Map<String, Long> sequences() {
        return Map.copyOf(sequences);
    }

    /** Per task, sequence of the last erasure complied with. */
    public Map<String, Long> erasures() {
        return Map.copyOf(erasures);
    }

    /** Per task, how many holdout records its last batch or erasure named. */
    public Map<String, Long> holdout() {
        return Map.copyOf(holdout);
    }

    /** Writes all of it. */
    public void save(DataOutput out) throws IOException {
        out.writeLong(end);
        out.writeInt(unproven.size());
        for (long offset : unproven) {
            out.writeLong(offset);
        }
        out.writeBoolean(whole);
        out.writeLong(foreign);
        out.writeLong(lost);
        out.writeInt(remarks.size());
        for (String remark : remarks) {
            out.writeUTF(remark);
        }
        for (var map : List.of(sequences, erasures, holdout)) {
            out.writeInt(map.size());
            for (var entry : map.entrySet()) {
                out.writeUTF(entry.getKey());
                out.writeLong(entry.getValue());
            }
        }
    }

    /** Takes what {@link #save} wrote in place of what there is. */
    public void load(DataInput in) throws IOException {
        end = in.readLong();
        unproven.clear();
        for (int left = in.readInt(); left > 0; left--) {
            unproven.add(in.readLong());
        }
        whole = in.readBoolean();
        foreign = in.readLong();
        lost = in.readLong();
        remarks.clear();
        for (int left = in.readInt(); left > 0; left--) {
            remarks.add(in.readUTF());
        }
        for (var map : List.of(sequences, erasures, holdout)) {
            map.clear();
            for (int left = in.readInt(); left > 0; left--) {
                map.put(in.readUTF(), in.readLong());
            }
        }
    }
}
