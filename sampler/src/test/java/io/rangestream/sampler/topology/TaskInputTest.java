package io.rangestream.sampler.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.rangestream.avro.TrainingBatch;
import io.rangestream.sampler.internal.buffer.InputState;
import io.rangestream.sampler.topology.TaskBoard.Event;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

class TaskInputTest {
    private static final RecordCodec BATCHES =
            new RecordCodec(List.of(TrainingBatch.getClassSchema()), SchemaSource.NONE);

    private final TaskBoard board = new TaskBoard();
    private long start;
    private boolean isAway;
    private int looks;
    private long now = 1_000_000;
    private InputState state = new InputState(InputState.UNKNOWN, 0);
    private final TaskInput input = new TaskInput(
            0,
            partition -> {
                looks++;
                if (isAway) {
                    throw new TimeoutException("no answer");
                }
                return start;
            },
            board);

    @Test
    void whatWasDeletedBeforeItWasReadIsCounted() {
        arrive(10);
        start = 400;
        arrive(500);

        assertEquals(new InputState(501, 489), state);
        assertEquals(489, board.counted(Event.LOST));
        arrive(501);
        assertEquals(489, board.counted(Event.LOST));
    }

    @Test
    void whereAModelBeginsNothingIsLost() {
        start = 400;
        arrive(400);
        assertEquals(new InputState(401, 0), state);
    }

    @Test
    void transactionMarkersAreNoLossAndCostALookASecond() {
        for (int offset = 0; offset < 2_000; offset += 2) {
            arrive(offset);
            now++;
        }
        assertEquals(0, state.lost());
        assertEquals(1, looks);
        now += 1_000;
        arrive(3_000);
        assertEquals(2, looks);
    }

    @Test
    void aTopicThatBeginsAnewIsNoLoss() {
        arrive(1_000);
        arrive(0);
        arrive(1);
        assertEquals(new InputState(2, 0), state);
    }

    @Test
    void aBrokerThatDoesNotAnswerHoldsNothingUpAndTheLossIsCountedOnceLater() {
        arrive(10);
        start = 400;
        isAway = true;
        for (int offset = 400; offset < 450; offset++) {
            arrive(offset);
            now += 100;
        }
        assertEquals(new InputState(11, 0), state, "what is unread is kept");
        assertEquals(1, looks, "a look may take 10 s");

        now += 30_000;
        arrive(450);
        assertEquals(2, looks);
        isAway = false;
        now += 30_000;
        arrive(451);
        arrive(452);
        assertEquals(new InputState(453, 389), state);
        assertEquals(389, board.counted(Event.LOST));
    }

    @Test
    void aMarkerMetWhileTheBrokerIsAwayIsNoLoss() {
        arrive(10);
        isAway = true;
        arrive(12);
        arrive(13);
        isAway = false;
        now += 30_000;
        arrive(14);
        assertEquals(new InputState(15, 0), state);
        arrive(15);
        assertEquals(new InputState(16, 0), state);
    }

    @Test
    void theLossIsInEveryBatchFromThenOn() {
        var context = new MockProcessorContext<byte[], byte[]>();
        context.setCurrentSystemTimeMs(1);
        for (String name : List.of(
                SamplerTopology.INDEX_STORE,
                SamplerTopology.FACES_STORE,
                SamplerTopology.HOLDOUT_STORE,
                SamplerTopology.TASK_STORE)) {
            KeyValueStore<Bytes, byte[]> store =
                    SurvivingStore.supplier(name, new TreeMap<>()).get();
            store.init(context.getStateStoreContext(), store);
            context.addStateStore(store);
        }
        var processor = new SamplerProcessor(
                Faces.config(),
                SchemaSource.NONE,
                board,
                new LearnerDistance(10),
                partition -> start,
                new FailedRecords());
        processor.init(context);
        for (int offset = 0; offset < 24; offset++) {
            if (offset == 12) {
                start = 1_000; // Retention has deleted what lay before
            }
            long at = offset < 12 ? offset : 1_000 + offset;
            context.setRecordMetadata("faces", 0, at);
            String identity = "p" + offset % 3;
            processor.process(new Record<>(
                    identity.getBytes(StandardCharsets.UTF_8),
                    Faces.CODEC.encode(Faces.face(identity, "" + offset)),
                    1L));
        }

        List<Long> lost = context.forwarded().stream()
                .map(forward ->
                        (TrainingBatch) BATCHES.decode((byte[]) forward.record().value()))
                .map(batch -> batch.getBuffers().getLost())
                .toList();
        assertEquals(List.of(0L, 1_000L), lost.stream().distinct().toList());
        assertEquals(1_000, board.counted(Event.LOST));
    }

    private void arrive(long offset) {
        state = input.arrived(state, offset, now);
    }
}
