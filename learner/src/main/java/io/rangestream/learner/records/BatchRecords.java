package io.rangestream.learner.records;

import io.rangestream.avro.BatchFace;
import io.rangestream.avro.Erasure;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.schemas.identity.NameRule;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.UndecodableRecordException;
import io.rangestream.schemas.wire.UnknownSchemaException;
import java.util.function.Predicate;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads the records of the batches topic. Whether a record is in its task's sequence is for {@link LogOrder} to say. */
public final class BatchRecords {
    private final RecordCodec codec;
    private final Predicate<String> tasks;
    private final int maxCrops;

    /**
     * @param codec reads TrainingBatch and Erasure
     * @param tasks whether a task of this name exists, or may
     * @param maxCrops larger batches do not fit into memory
     */
    public BatchRecords(RecordCodec codec, Predicate<String> tasks, int maxCrops) {
        this.codec = codec;
        this.tasks = tasks;
        this.maxCrops = maxCrops;
    }

    /**
     * Reads a record.
     *
     * @throws ForeignRecordException if no sampler task can have written it
     * @throws UnknownSchemaException if its schema is not known yet
     * @throws UndecodableRecordException if it cannot be read; the task that its key names may have written it
     */
    public LogRecord read(ConsumerRecord<String, byte[]> record) {
        String task = record.key();
        if (task == null || !SamplerTasks.isName(task)) {
            throw new ForeignRecordException("its key names no sampler task");
        }
        if (record.value() == null) {
            throw new ForeignRecordException("it has no value");
        }
        if (!tasks.test(task)) {
            throw new ForeignRecordException("there is no sampler task " + task);
        }
        SpecificRecord value = codec.decode(record.value());
        if (value instanceof TrainingBatch batch) {
            requireSound(task, batch);
            return new LogRecord(record.offset(), task, batch.getSequence(), batch);
        }
        var erasure = (Erasure) value;
        require(erasure.getTask().equals(task), "an erasure of task %s under key %s", erasure.getTask(), task);
        require(erasure.getSequence() > 0, "an erasure with sequence %d", erasure.getSequence());
        require(erasure.getHoldoutRecords() >= 0, "an erasure with %d holdout records", erasure.getHoldoutRecords());
        return new LogRecord(record.offset(), task, erasure.getSequence(), erasure);
    }

    private void requireSound(String task, TrainingBatch batch) {
        require(batch.getTask().equals(task), "a batch of task %s under key %s", batch.getTask(), task);
        require(batch.getSequence() > 0, "a batch with sequence %d", batch.getSequence());
        require(batch.getHoldoutRecords() >= 0, "a batch with %d holdout records", batch.getHoldoutRecords());
        int crops = batch.getFaces().size();
        long expected = (long) batch.getIdentities() * batch.getSamplesPerIdentity();
        require(
                batch.getIdentities() > 0 && crops == expected,
                "a batch of %d x %d crops with %d",
                batch.getIdentities(),
                batch.getSamplesPerIdentity(),
                crops);
        require(crops <= maxCrops, "a batch of %d crops; %d fit into a quarter of the heap", crops, maxCrops);
        for (BatchFace face : batch.getFaces()) {
            require(
                    NameRule.IDENTITY.isNormal(face.getIdentity()) && NameRule.FACE_ID.isNormal(face.getFaceId()),
                    "a batch with a face whose identity or face_id is no normalised name");
        }
    }

    private static void require(boolean holds, String otherwise, Object... parts) {
        if (!holds) {
            throw new UndecodableRecordException(otherwise.formatted(parts));
        }
    }
}
