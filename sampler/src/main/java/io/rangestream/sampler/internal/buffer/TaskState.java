package io.rangestream.sampler.internal.buffer;

import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Where a task stands; one record in its store.
 *
 * @param foundation hash of the settings the stores were built on
 * @param sequence of the last batch or erasure, 0 before the first
 * @param batches that have left
 * @param credit millionths of a crop that are earned and not spent
 * @param holdoutRecords records written to the holdout, tombstones included
 * @param seen distinct training faces taken in
 * @param input how far the faces are read
 * @param labels what was seen of the pictures' labels
 */
public record TaskState(
        long foundation,
        long sequence,
        long batches,
        long credit,
        long holdoutRecords,
        long seen,
        InputState input,
        LabelState labels) {
    private static final byte VERSION = 2;
    private static final byte WITHOUT_INPUT = 1;
    private static final byte[] KEY = {'t', 'a', 's', 'k'};

    /** The stored state, or that of a task that begins. */
    public static TaskState load(KeyValueStore<Bytes, byte[]> store, long foundation) {
        byte[] stored = store.get(Bytes.wrap(KEY));
        if (stored == null) {
            return new TaskState(foundation, 0, 0, 0, 0, 0, InputState.NONE, LabelState.NONE);
        }
        var bytes = ByteBuffer.wrap(stored);
        byte version = bytes.get();
        if (version != VERSION && version != WITHOUT_INPUT) {
            throw new IllegalStateException("the task state is of version %d, not %d".formatted(version, VERSION));
        }
        return new TaskState(
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong(),
                version == WITHOUT_INPUT ? InputState.NONE : InputState.read(bytes),
                version == WITHOUT_INPUT ? LabelState.NONE : LabelState.read(bytes));
    }

    public void save(KeyValueStore<Bytes, byte[]> store) {
        var bytes = ByteBuffer.allocate(1 + 6 * Long.BYTES + InputState.BYTES + LabelState.BYTES)
                .put(VERSION)
                .putLong(foundation)
                .putLong(sequence)
                .putLong(batches)
                .putLong(credit)
                .putLong(holdoutRecords)
                .putLong(seen);
        input.write(bytes);
        labels.write(bytes);
        store.put(Bytes.wrap(KEY), bytes.array());
    }

    public TaskState nextErasure() {
        return new TaskState(foundation, sequence + 1, batches, credit, holdoutRecords, seen, input, labels);
    }

    public TaskState nextBatch(long cost) {
        return new TaskState(foundation, sequence + 1, batches + 1, credit - cost, holdoutRecords, seen, input, labels);
    }

    public TaskState nextHoldoutRecord() {
        return new TaskState(foundation, sequence, batches, credit, holdoutRecords + 1, seen, input, labels);
    }

    public TaskState nextFace(long earned) {
        return new TaskState(foundation, sequence, batches, credit + earned, holdoutRecords, seen + 1, input, labels);
    }

    public TaskState withCredit(long left) {
        return new TaskState(foundation, sequence, batches, left, holdoutRecords, seen, input, labels);
    }

    public TaskState withInput(InputState now) {
        return new TaskState(foundation, sequence, batches, credit, holdoutRecords, seen, now, labels);
    }

    public TaskState withLabels(LabelState now) {
        return new TaskState(foundation, sequence, batches, credit, holdoutRecords, seen, input, now);
    }
}
