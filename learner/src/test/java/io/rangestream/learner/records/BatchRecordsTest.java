package io.rangestream.learner.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.BatchFace;
import io.rangestream.avro.Encoding;
import io.rangestream.avro.Erasure;
import io.rangestream.avro.LabeledFace;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.learner.TrustedRecords;
import io.rangestream.schemas.wire.Fingerprint;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.UndecodableRecordException;
import io.rangestream.schemas.wire.UnknownSchemaException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TrustedRecords.class)
class BatchRecordsTest {
    private static final RecordCodec CODEC =
            new RecordCodec(List.of(TrainingBatch.getClassSchema(), Erasure.getClassSchema()), BatchRecordsTest::find);

    private final BatchRecords records = new BatchRecords(CODEC, new SamplerTasks(() -> Optional.of(2)), 100);

    @Test
    void whatASamplerTaskWritesIsRead() {
        LogRecord batch = records.read(record("0_1", batch("0_1", 7, 2, 3, 6)));
        LogRecord erasure = records.read(record("0_0", new Erasure("0_0", 8L, "ann", 3L, 0L, -1, -1)));

        assertEquals("0_1", batch.task());
        assertEquals(7, batch.sequence());
        assertEquals(8, erasure.sequence());
    }

    @Test
    void whatNoTaskCanHaveWrittenIsForeignAtOnce() {
        SpecificRecord sound = batch("0_1", 7, 2, 3, 6);

        for (String key : new String[] {
            null, "", "faces", "0_", "_1", "0_1_2", "0_-1", "0_99999999999", "0_2", "7", "1_0", "1_1", "00_1", "0_01"
        }) {
            assertThrows(ForeignRecordException.class, () -> records.read(record(key, sound)), key);
        }
        assertThrows(
                ForeignRecordException.class, () -> records.read(new ConsumerRecord<>("batches", 0, 3, "0_1", null)));
    }

    @Test
    void whatATaskMayHaveWrittenAndCannotBeReadIsNot() {
        refused("under key", "0_0", batch("0_1", 7, 2, 3, 6));
        refused("sequence", "0_1", batch("0_1", 0, 2, 3, 6));
        refused("crops", "0_1", batch("0_1", 7, 2, 3, 5));
        refused("crops", "0_1", batch("0_1", 7, 0, 0, 0));
        refused("crops", "0_1", batch("0_1", 7, -2, -3, 6));
        refused("crops", "0_1", batch("0_1", 7, 65_536, 65_536, 0));
        refused("crops", "0_1", batch("0_1", 7, 1, 101, 101));
        refused("under key", "0_0", new Erasure("0_1", 8L, "ann", 3L, 0L, -1, -1));
        refused("sequence", "0_0", new Erasure("0_0", -8L, "ann", 3L, 0L, -1, -1));
        refused(
                "does not belong here",
                "0_0",
                LabeledFace.newBuilder().setIdentity("ann").build());
    }

    @Test
    void aNameThatNoSamplerWritesIsRefused() {
        for (String name : new String[] {"a".repeat(65_536), " ann", "e\u0301"}) {
            refused("normalised name", "0_1", batch("0_1", 7, face(name, "1")));
            refused("normalised name", "0_1", batch("0_1", 7, face("ann", name)));
        }
        refused("normalised name", "0_1", batch("0_1", 7, face("", "1")));
    }

    @Test
    void aSchemaThatMayComeYetIsToldFromOneThatDoesNotFit() {
        byte[] unknown = CODEC.encode(batch("0_1", 7, 2, 3, 6));
        unknown[4] ^= 1;

        assertThrows(
                UnknownSchemaException.class,
                () -> records.read(new ConsumerRecord<>("batches", 0, 3, "0_1", unknown)));
    }

    @Test
    void whereFacesMayNotBeDescribedAnyTaskMayExist() {
        var tasks = new SamplerTasks(() -> {
            throw new TopicAuthorizationException("faces");
        });

        assertTrue(tasks.test("0_77"));
        assertTrue(new SamplerTasks(Optional::empty).test("0_77"));
        assertFalse(new SamplerTasks(() -> Optional.of(77)).test("0_77"));
        assertFalse(tasks.test("1_0"), "the sampler has one subtopology");
    }

    private static Optional<Schema> find(long fingerprint) {
        Schema other = LabeledFace.getClassSchema();
        return Fingerprint.of(other) == fingerprint ? Optional.of(other) : Optional.empty();
    }

    private void refused(String reason, String key, SpecificRecord value) {
        var e = assertThrows(UndecodableRecordException.class, () -> records.read(record(key, value)));
        assertTrue(String.valueOf(e.getMessage()).contains(reason), e.getMessage());
    }

    private static ConsumerRecord<String, byte[]> record(String key, SpecificRecord value) {
        return new ConsumerRecord<>("batches", 0, 3, key, CODEC.encode(value));
    }

    private static BatchFace face(String identity, String faceId) {
        return new BatchFace(identity, faceId, Encoding.PNG, 0, 0, ByteBuffer.wrap(new byte[] {1}));
    }

    private static TrainingBatch batch(String task, long sequence, BatchFace face) {
        TrainingBatch batch = batch(task, sequence, 1, 1, 1);
        batch.setFaces(List.of(face));
        return batch;
    }

    private static TrainingBatch batch(String task, long sequence, int identities, int samples, int crops) {
        return TrainingBatch.newBuilder()
                .setBatchId(task + "/" + sequence)
                .setTask(task)
                .setSequence(sequence)
                .setIdentities(identities)
                .setSamplesPerIdentity(samples)
                .setFaces(Collections.nCopies(crops, face("ann", "1")))
                .build();
    }
}
