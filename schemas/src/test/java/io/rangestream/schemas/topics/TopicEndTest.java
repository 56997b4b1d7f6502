package io.rangestream.schemas.topics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TopicEndTest {
    private static final TopicPartition PARTITION = new TopicPartition("schemas", 0);

    private final MockConsumer<String, String> consumer = new MockConsumer<>("none");
    private final List<String> read = new ArrayList<>();

    @BeforeEach
    void begin() {
        consumer.assign(List.of(PARTITION));
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.updateEndOffsets(Map.of(PARTITION, 0L));
        consumer.seekToBeginning(List.of(PARTITION));
    }

    @Test
    void anEmptyTopicIsAtItsEnd() {
        assertEquals(0, readOn(Duration.ZERO));
        assertEquals(List.of(), read);
    }

    @Test
    void whatCameIsReadOnceAndInItsOrder() {
        write(0, "a", "b");
        assertEquals(2, readOn(Duration.ofSeconds(9)));
        write(2, "c");

        assertEquals(3, readOn(Duration.ofSeconds(9)));

        assertEquals(List.of("a", "b", "c"), read);
    }

    @Test
    void aTopicOfAnyLengthIsReadWhileSomethingComes() {
        // Given far more polls than the patience, each after a wait
        Duration patience = Duration.ofMillis(100);
        consumer.updateEndOffsets(Map.of(PARTITION, 10L));
        IntStream.range(0, 10)
                .forEach(i -> consumer.schedulePollTask(() -> {
                    sleep(patience.toMillis() / 2);
                    add(i, "value " + i);
                }));

        // When
        readOn(patience);

        // Then
        assertEquals(10, read.size());
    }

    @Test
    void aBrokerThatSendsNoMoreIsNotWaitedForForEver() {
        write(0, "a");
        consumer.updateEndOffsets(Map.of(PARTITION, 5L));

        var e = assertThrows(TimeoutException.class, () -> readOn(Duration.ofMillis(50)));

        assertEquals("schemas stops at offset 1 of 5: the broker sends no more", e.getMessage());
        assertEquals(List.of("a"), read);
    }

    private long readOn(Duration patience) {
        return TopicEnd.readTo(consumer, PARTITION, patience, record -> read.add(record.value()));
    }

    private void write(long first, String... values) {
        for (int i = 0; i < values.length; i++) {
            add(first + i, values[i]);
        }
        consumer.updateEndOffsets(Map.of(PARTITION, first + values.length));
    }

    private void add(long offset, String value) {
        consumer.addRecord(new ConsumerRecord<>(PARTITION.topic(), 0, offset, "key", value));
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
