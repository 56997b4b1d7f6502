package io.rangestream.learner.training;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far in the batches topic the training is: by offset, to go on from there, and by each sampler task's own sequence, to
 * notice what is missing or comes twice. Not thread-safe.
 */
public final class LogPosition {
    private long nextOffset = -1;
    private final TreeMap<String, Long> sequences = new TreeMap<>();
    private final TreeMap<String, Long> erasures = new TreeMap<>();
    private final TreeMap<String, Long> holdout = new TreeMap<>();

    /** What a record's sequence says. */
    enum Order {
        NEXT,
        REPEATED
    }

    /**
     * Compares a record with its task's sequence.
     *
     * @throws TrainingException if records between it and the last one are missing
     */
    Order check(String task, long sequence) {
        Long last = sequences.get(task);
        if (last == null) {
            return Order.NEXT; // The topic may begin in the middle for a model that begins now.
        }
        if (sequence <= last) {
            return Order.REPEATED;
        }
        if (sequence > last + 1) {
            throw new TrainingException(
                    "sampler task %s: batch %d follows batch %d; what lies between is missing from the batches topic"
                            .formatted(task, sequence, last));
        }
        return Order.NEXT;
    }

    void trained(String task, long sequence, long holdoutRecords) {
        sequences.put(task, sequence);
        holdout.merge(task, holdoutRecords, Math::max);
    }

    void erased(String task, long sequence, long holdoutRecords) {
        sequences.put(task, sequence);
        holdout.merge(task, holdoutRecords, Math::max);
        erasures.put(task, sequence);
    }

    /** Sets the offset of the next record to train on. */
    public void setNextOffset(long offset) {
        nextOffset = offset;
    }

    /** Offset of the next record to train on; negative for a model that has not begun. */
    public long nextOffset() {
        return nextOffset;
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

    void save(DataOutput out) throws IOException {
        out.writeLong(nextOffset);
        for (var map : List.of(sequences, erasures, holdout)) {
            out.writeInt(map.size());
            for (var entry : map.entrySet()) {
                out.writeUTF(entry.getKey());
                out.writeLong(entry.getValue());
            }
        }
    }

    void load(DataInput in) throws IOException {
        nextOffset = in.readLong();
        for (var map : List.of(sequences, erasures, holdout)) {
            map.clear();
            for (int left = in.readInt(); left > 0; left--) {
                map.put(in.readUTF(), in.readLong());
            }
        }
    }
}
