package io.rangestream.learner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HandoverTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    private final Handover handover = new Handover(2);

    @Test
    void thereIsNoRoomBeforeSomebodyTakes() {
        assertFalse(handover.hasRoom());

        handover.open();

        assertTrue(handover.hasRoom());
    }

    @Test
    void recordsComeInOrderAndMakeRoomAsTheyAreTaken() {
        handover.open();
        List.of(1L, 2L, 3L).forEach(this::give);
        assertFalse(handover.hasRoom(), "three of two, as one poll may bring several");

        assertEquals(List.of(1L, 2L), offsets(handover.take(2, Duration.ZERO)));

        assertTrue(handover.hasRoom());
        assertEquals(List.of(3L), offsets(handover.take(2, Duration.ZERO)));
        assertEquals(List.of(), offsets(handover.take(2, Duration.ZERO)));
    }

    @Test
    void whoeverTakesWaitsForTheFirstRecord() throws Exception {
        handover.open();
        CompletableFuture<List<Long>> taken = CompletableFuture.supplyAsync(() -> offsets(handover.take(2, LONG)));

        give(7);

        assertEquals(List.of(7L), taken.get(30, TimeUnit.SECONDS));
    }

    @Test
    void whoeverPollsWaitsForRoom() throws Exception {
        handover.open();
        give(1);
        give(2);
        CompletableFuture<Void> room = CompletableFuture.runAsync(() -> handover.awaitRoom(LONG));

        handover.take(1, Duration.ZERO);

        room.get(30, TimeUnit.SECONDS);
        assertTrue(handover.hasRoom());
    }

    @Test
    void nobodyWaitsAtTheEndAndNothingIsTakenAnyMore() throws Exception {
        handover.open();
        CompletableFuture<List<Long>> taken = CompletableFuture.supplyAsync(() -> offsets(handover.take(2, LONG)));

        handover.close();
        give(1);

        assertEquals(List.of(), taken.get(30, TimeUnit.SECONDS));
        handover.awaitRoom(LONG);
        assertFalse(handover.hasRoom());
        assertEquals(List.of(), offsets(handover.take(2, LONG)));
    }

    private void give(long offset) {
        handover.give(new ConsumerRecord<>("batches", 0, offset, "", new byte[0]));
    }

    private static List<Long> offsets(List<ConsumerRecord<String, byte[]>> records) {
        return records.stream().map(ConsumerRecord::offset).toList();
    }
}
