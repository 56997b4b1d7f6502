package io.rangestream.sampler.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.LabeledFace;
import io.rangestream.avro.Operation;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.internal.intake.RejectedFaceException;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A face whose person's stored record is damaged: nothing that validation could see. */
public class FailedRecordsTest {
    private final SamplerConfig config = Faces.config();
    private final FailedRecords failures = new FailedRecords();
    private final MockProcessorContext<byte[], byte[]> context = new MockProcessorContext<>();
    private final TreeMap<Bytes, byte[]> index = new TreeMap<>();
    private SamplerProcessor processor;

    /** As it reaches the policy for dying threads. */
    public static RuntimeException failure() {
        return new FailedRecords()
                .failed(new MockProcessorContext<>().taskId(), 7, new byte[0], new IllegalStateException("broken"));
    }

    @BeforeEach
    void begin() {
        context.setCurrentSystemTimeMs(1);
        processor = processor();
        processor.process(face("ann", "0", 0));
        processor.process(face("cat", "0", 1));
        index.replaceAll((identity, stored) -> new byte[] {99});
    }

    @Test
    void aFailureEndsTheTransactionAndTheRecordIsRefusedWhenItComesAgain() {
        var failed = assertThrows(ProcessingFailedException.class, () -> processor.process(face("ann", "1", 5)));
        assertTrue(
                failed.getMessage().startsWith("the record at offset 5 could not be processed"), failed.getMessage());

        // When a new thread begins after what was committed, then the record is a dead letter and the next one is taken
        // in
        processor = processor();
        var refused = assertThrows(RejectedFaceException.class, () -> processor.process(face("ann", "1", 5)));
        assertTrue(refused.getMessage().startsWith("processing failed: "), refused.getMessage());
        processor.process(face("bob", "0", 6));

        // When another fails before that is committed, then both are refused when they come again
        assertThrows(ProcessingFailedException.class, () -> processor.process(face("cat", "1", 7)));
        processor = processor();
        assertThrows(RejectedFaceException.class, () -> processor.process(face("ann", "1", 5)));
        assertThrows(RejectedFaceException.class, () -> processor.process(face("cat", "1", 7)));
        processor.process(face("dan", "0", 8));
    }

    @Test
    void anotherTasksRecordAtThatOffsetIsNotMeant() {
        failures.failed(new TaskId(0, 3), 5, new byte[0], new IllegalStateException("x"));

        processor.process(face("bob", "0", 5));

        assertEquals(3, index.size());
    }

    @Test
    void aFloodOfRecordsOfADamagedIdentityCostsAFewRestores() {
        int restores = 0;
        int refused = 0;
        for (int offset = 10; offset < 1_000; offset++) {
            try {
                processor.process(face("ann", "f" + offset, offset));
            } catch (RejectedFaceException e) {
                refused++;
            } catch (ProcessingFailedException e) {
                restores++;
                processor = processor();
            }
        }
        assertEquals(3, restores);
        assertEquals(990 - 3, refused);
        processor.process(face("bob", "0", 1_000));
    }

    @Test
    void ordersOfAKeyThatFailedTooOftenAreCompliedWith() {
        byte[] ann = "ann".getBytes(StandardCharsets.UTF_8);
        index.clear();
        processor = processor();
        processor.process(face("ann", "0", 0));
        processor.process(face("ann", "1", 1));
        for (int offset = 2; offset < 5; offset++) {
            failures.failed(context.taskId(), offset, ann, new IllegalStateException("x"));
        }
        assertThrows(RejectedFaceException.class, () -> processor.process(face("ann", "2", 5)));

        context.setRecordMetadata("faces", 0, 6);
        LabeledFace retraction = LabeledFace.newBuilder(Faces.face("ann", "0"))
                .setOperation(Operation.RETRACT)
                .build();
        processor.process(new Record<>(ann, Faces.CODEC.encode(retraction), 1L));
        assertEquals(1, index.size());
        context.setRecordMetadata("faces", 0, 7);
        processor.process(new Record<>(ann, null, 1L));
        assertEquals(0, index.size());
    }

    private SamplerProcessor processor() {
        for (String name : new String[] {
            SamplerTopology.INDEX_STORE,
            SamplerTopology.FACES_STORE,
            SamplerTopology.HOLDOUT_STORE,
            SamplerTopology.TASK_STORE
        }) {
            var disk = name.equals(SamplerTopology.INDEX_STORE) ? index : new TreeMap<Bytes, byte[]>();
            KeyValueStore<Bytes, byte[]> store =
                    SurvivingStore.supplier(name, disk).get();
            store.init(context.getStateStoreContext(), store);
            context.addStateStore(store);
        }
        var made = new SamplerProcessor(
                config, SchemaSource.NONE, new TaskBoard(), new LearnerDistance(10), partition -> 0, failures);
        if (index.values().stream().anyMatch(stored -> stored.length == 1)) {
            // A task reads its index as it begins: what is damaged here is one record that came in between.
            var damaged = new TreeMap<>(index);
            index.clear();
            made.init(context);
            index.putAll(damaged);
        } else {
            made.init(context);
        }
        return made;
    }

    private Record<byte[], byte[]> face(String identity, String faceId, long offset) {
        context.setRecordMetadata("faces", 0, offset);
        return new Record<>(
                identity.getBytes(StandardCharsets.UTF_8), Faces.CODEC.encode(Faces.face(identity, faceId)), 1L);
    }
}
