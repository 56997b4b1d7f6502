package io.rangestream.learner.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.ModelOrder;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.OrderKind;
import io.rangestream.learner.TrustedRecords;
import io.rangestream.learner.checkpoint.CheckpointException;
import io.rangestream.learner.publish.ModelPublisher;
import io.rangestream.learner.publish.VersionHistory;
import io.rangestream.learner.publish.Versions;
import io.rangestream.schemas.log.OutageLog;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

@ExtendWith(TrustedRecords.class)
class OrderDeskTest {
    private static final TopicPartition PARTITION = new TopicPartition("model-orders", 0);

    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("none");
    private final MockProducer<String, byte[]> producer =
            new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());

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

    @Test
    void anOrderThatCannotBeDecidedNowStaysOpenAndIsSettledLater() {
        // Given an order to resume from a version whose checkpoint is in a store that does not answer
        var order = new ModelOrder(
                "face", "order-1", OrderKind.ROLL_BACK, 1L, 2L, "worse in the field", 1L, Instant.EPOCH, "", 0L);
        var codec = new RecordCodec(List.of(ModelOrder.getClassSchema()), SchemaSource.NONE);
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.updateEndOffsets(Map.of(PARTITION, 1L));
        OrderLog orders = orders();
        consumer.addRecord(new ConsumerRecord<>(PARTITION.topic(), 0, 0, "order-1", codec.encode(order)));
        producer.initTransactions();
        var answers = new AtomicBoolean();
        var history = new VersionHistory();
        history.add(Versions.version(1, ModelStatus.SUPERSEDED, "", 1));
        history.add(Versions.version(2, ModelStatus.PROMOTED, "", 1));
        OrderRules.Resumable resumable = version -> {
            if (!answers.get()) {
                throw CheckpointException.unavailable("the store does not answer", null);
            }
            return Optional.empty();
        };

        // When it comes to be settled, then there is no outcome
        try (OrderDesk desk = desk(orders, resumable, history)) {
            assertFalse(desk.settle());
            assertFalse(desk.settle());
            assertEquals(List.of(), producer.history());
            assertEquals(1, orders.open().size());

            // And it is applied as soon as the store answers
            answers.set(true);
            assertTrue(desk.settle());
            assertEquals(List.of(), orders.open());
            assertTrue(orders.outcome("order-1").orElseThrow().getApplied());
        }
    }

    private OrderDesk desk(OrderLog orders) {
        return desk(orders, version -> Optional.empty(), new VersionHistory());
    }

    private OrderDesk desk(OrderLog orders, OrderRules.Resumable resumable, VersionHistory history) {
        var publisher = new ModelPublisher(
                producer, "face", "model-updates", "model-weights", 1, Optional.empty(), Optional.empty(), history);
        return new OrderDesk(
                orders,
                PARTITION.topic(),
                new OrderRules(resumable, Optional.empty()),
                publisher,
                history,
                new OutageLog(LoggerFactory.getLogger(OrderDeskTest.class)));
    }
}
