package io.rangestream.learner.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Erasure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LogOrderTest {
    private static final String TASK = "0_0";

    private final Set<String> orders = new HashSet<>();
    private final List<String> done = new ArrayList<>();
    private LogPosition position = new LogPosition();
    private LogOrder<String> order = order();
    private long offset;

    @Test
    void whatLiesBetweenTwoBatchesThatFollowEachOtherIsForeign() {
        batch(TASK, 1);
        unreadable(TASK);
        assertFalse(position.isProven());
        assertEquals(1, position.nextOffset());
        assertTrue(order.doubt().orElseThrow().contains("offset 1 cannot be read: junk"));

        batch("0_1", 1);
        assertFalse(position.isProven(), "another task proves nothing");

        batch(TASK, 2);
        assertTrue(position.isProven());
        assertEquals(Optional.empty(), order.doubt());
        assertEquals(1, position.foreignRecords());
        assertEquals(List.of("0_0/1", "0_1/1", "0_0/2"), done);
    }

    @Test
    void whatComesBeforeATasksFirstBatchIsForeignToo() {
        unreadable(TASK);
        batch(TASK, 77);
        batch(TASK, 1);

        assertEquals(List.of("0_0/1"), done);
        assertEquals(2, position.foreignRecords());
        assertTrue(position.isProven());
    }

    @Test
    void aNumberFarAheadNeitherEndsTrainingNorHidesWhatComes() {
        batch(TASK, 1);
        batch(TASK, Long.MAX_VALUE);
        batch(TASK, 2);
        batch(TASK, 500);
        batch(TASK, 400);
        batch(TASK, 3);

        assertEquals(List.of("0_0/1", "0_0/2", "0_0/3"), done);
        assertEquals(3, position.foreignRecords());
    }

    @Test
    void aRepeatedNumberIsForeign() {
        batch(TASK, 1);
        batch(TASK, 2);
        batch(TASK, 1);
        batch(TASK, 2);
        batch(TASK, 3);

        assertEquals(List.of("0_0/1", "0_0/2", "0_0/3"), done);
        assertEquals(2, position.foreignRecords());
    }

    @Test
    void aRealGapStopsUntilAnOrderNamesTaskAndBatch() {
        batch(TASK, 1);
        unreadable(TASK);
        batch(TASK, 3);
        assertEquals(Optional.empty(), order.stop(), "it may be foreign");
        LogOrder.Item<String> four = item(TASK, 4);
        assertTrue(order.judge(four).again());

        assertEquals(
                "sampler task 0_0: batch 3 follows batch 1; the 1 between are missing from the batches topic, where offset 1 cannot be read: junk."
                        + " Training waits; 'rangestream models go-on 0_0 3 --reason TEXT' goes on without them",
                order.stop().orElseThrow());
        assertTrue(order.objectionToGoingOn(TASK, 4).isPresent());
        assertTrue(order.objectionToGoingOn("0_1", 3).isPresent());
        assertEquals(Optional.empty(), order.objectionToGoingOn(TASK, 3));

        orders.add("0_0/3");
        order.goOn().forEach(this::perform);
        assertEquals(Optional.empty(), order.stop());
        take(four);

        assertEquals(List.of("0_0/1", "0_0/3", "0_0/4"), done);
        assertEquals(1, position.lostRecords());
        assertEquals(0, position.foreignRecords());
        assertTrue(position.isProven());
    }

    @Test
    void twoForeignRecordsThatFollowEachOtherStopNothingOnceTheNextBatchIsThere() {
        batch(TASK, 1);
        batch(TASK, 1000);
        LogOrder.Item<String> second = item(TASK, 1001);
        assertTrue(order.judge(second).again());
        assertTrue(order.stop().isPresent());

        LogOrder.Item<String> other = item("0_1", 1);
        LogOrder.Item<String> third = item(TASK, 1002);
        LogOrder.Item<String> real = item(TASK, 2);
        assertFalse(order.endsStop(other.record()), "another task proves nothing");
        assertFalse(order.endsStop(third.record()));
        assertTrue(order.endsStop(real.record()));
        assertEquals(Optional.empty(), order.stop());

        take(second);
        take(other);
        assertTrue(order.judge(third).again(), "the second and the third follow each other, too");
        assertTrue(order.endsStop(real.record()));
        take(third);
        take(real);
        batch(TASK, 3);

        assertEquals(List.of("0_0/1", "0_1/1", "0_0/2", "0_0/3"), done);
        assertEquals(3, position.foreignRecords());
        assertEquals(0, position.lostRecords());
        assertTrue(position.isProven());
    }

    @Test
    void anOrderHoldsWhenTheSamePlaceIsComeToAgain() {
        orders.add("0_0/3");
        batch(TASK, 1);
        batch(TASK, 3);
        batch(TASK, 4);

        assertEquals(List.of("0_0/1", "0_0/3", "0_0/4"), done);
        assertEquals(1, position.lostRecords());
    }

    @Test
    void anOrderEndsADoubtThatNoBatchEnds() {
        batch(TASK, 1);
        unreadable(TASK);
        assertEquals(Optional.empty(), order.objectionToGoingOn(TASK, 2));

        orders.add("0_0/2");
        assertEquals(List.of(), order.goOn());

        assertTrue(position.isProven());
        assertEquals(1, position.foreignRecords());
        assertEquals(0, position.lostRecords());
    }

    @Test
    void whereTheTopicHasLostItsBeginningATaskBeginsWithTwoThatFollowEachOther() {
        offset = 50;
        batch(TASK, 900);
        assertEquals(List.of(), done);
        batch(TASK, 7);
        batch(TASK, 8);
        batch(TASK, 9);

        assertEquals(List.of("0_0/7", "0_0/8", "0_0/9"), done);
        assertEquals(1, position.foreignRecords());
        assertEquals(0, position.lostRecords());
    }

    @Test
    void aRestartLooksAgainAtWhatIsInDoubtAndAtNothingElse() throws IOException {
        batch(TASK, 1);
        batch(TASK, 3);
        batch("0_1", 1);
        order.foreign(offset++, "no key");
        assertEquals(1, position.foreignRecords());

        restart();
        assertEquals(1, position.nextOffset());
        offset = position.nextOffset();
        batch(TASK, 3);
        batch("0_1", 1);
        assertFalse(order.isNew(offset++), "the foreign one was counted");
        batch(TASK, 2);

        assertEquals(List.of("0_0/1", "0_1/1", "0_0/2"), done);
        assertEquals(2, position.foreignRecords());
    }

    private void batch(String task, long sequence) {
        LogOrder.Item<String> item = item(task, sequence);
        if (order.isNew(item.record().offset())) {
            take(item);
        }
    }

    private void take(LogOrder.Item<String> item) {
        LogOrder.Verdict<String> verdict = order.judge(item);
        verdict.due().forEach(this::perform);
        if (verdict.again() && order.stop().isEmpty()) {
            take(item);
        }
    }

    private void perform(LogOrder.Item<String> item) {
        LogRecord record = item.record();
        assertEquals(LogPosition.Order.NEXT, position.check(record.task(), record.sequence()));
        position.trained(record.task(), record.sequence(), 0);
        position.passed(record.offset());
        done.add(item.work());
    }

    private void unreadable(String task) {
        if (order.isNew(offset)) {
            order.unreadable(offset, task, "junk");
        }
        offset++;
    }

    private LogOrder.Item<String> item(String task, long sequence) {
        var record = new LogRecord(offset++, task, sequence, new Erasure(task, sequence, "ann", -1L, 0L, -1, -1));
        return new LogOrder.Item<>(record, task + "/" + sequence);
    }

    private void restart() throws IOException {
        var bytes = new ByteArrayOutputStream();
        position.save(new DataOutputStream(bytes));
        position = new LogPosition();
        position.load(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        order = order();
    }

    private LogOrder<String> order() {
        return new LogOrder<>(
                position, new PassedOver("batches"), (task, sequence) -> orders.contains(task + "/" + sequence));
    }
}
