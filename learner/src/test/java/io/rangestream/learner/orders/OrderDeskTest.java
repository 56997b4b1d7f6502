package io.rangestream.learner.orders;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.ModelOrder;
import io.rangestream.learner.publish.ModelPublisher;
import io.rangestream.learner.publish.VersionHistory;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class OrderDeskTest {
    private static final TopicPartition PARTITION = new TopicPartition("model-orders", 0);

    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("none");

    @Test
    void aDeskThatCannotReadTheOrdersLeavesNoConsumerBehind() {
        // Given orders that the broker does not send
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.updateEndOffsets(Map.of(PARTITION, 5L));
        OrderLog orders = orders();
        consumer.setPollException(new KafkaException("the broker is gone"));

        // When, then
        assertThrows(KafkaException.class, () -> desk(orders));
        assertTrue(consumer.closed());
    }

    @Test
    void aTombstoneOrdersNothing() {
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.updateEndOffsets(Map.of(PARTITION, 1L));
        OrderLog orders = orders();
        consumer.addRecord(new ConsumerRecord<>(PARTITION.topic(), 0, 0, "order-1", null));

        try (OrderDesk desk = desk(orders)) {
            assertFalse(desk.settle());
        }
    }

    private OrderLog orders() {
        var codec = new RecordCodec(List.of(ModelOrder.getClassSchema()), SchemaSource.NONE);
        return new OrderLog(consumer, PARTITION.topic(), "face", codec);
    }

    private static OrderDesk desk(OrderLog orders) {
        var publisher = new ModelPublisher(
                new MockProducer<String, SpecificRecord>(),
                "model-updates",
                "model-weights",
                1,
                Optional.empty(),
                Optional.empty(),
                0);
        return new OrderDesk(
                orders,
                PARTITION.topic(),
                new OrderRules(version -> Optional.empty(), Optional.empty()),
                publisher,
                new VersionHistory());
    }
}
