package io.rangestream.learner.orders;

import io.rangestream.avro.ModelOrder;
import io.rangestream.avro.OrderOutcome;
import io.rangestream.learner.records.PassedOver;
import io.rangestream.schemas.topics.TopicEnd;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.UndecodableRecordException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * The topic of orders and their outcomes. An order is open until its outcome stands behind it: outcomes are written in the transaction
 * that applies the order, so that nothing else has to be remembered about how far the topic was read. Not thread-safe.
 */
public final class OrderLog implements AutoCloseable {
    private final Consumer<String, byte[]> consumer;
    private final TopicPartition partition;
    private final String model;
    private final RecordCodec codec;
    private final PassedOver passedOver;
    private final Map<String, ModelOrder> open = new LinkedHashMap<>();
    private final Map<String, OrderOutcome> outcomes = new HashMap<>();
    private final Set<Place> goingOn = new HashSet<>();

    /** Where training goes on although batches before are missing. */
    private record Place(String task, long sequence) {}

    /**
     * @param consumer read-committed, in no group; closed with this log
     * @param codec reads ModelOrder and OrderOutcome
     */
    public OrderLog(Consumer<String, byte[]> consumer, String topic, String model, RecordCodec codec) {
        this.consumer = consumer;
        this.partition = new TopicPartition(topic, 0);
        this.model = model;
        this.codec = codec;
        this.passedOver = new PassedOver(topic);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
    }

    /**
     * Reads everything that is committed now. Before that nobody knows which orders are open.
     *
     * @param patience how long to wait while nothing comes
     * @throws TimeoutException if nothing comes for that long
     */
    public void readToEnd(Duration patience) {
        TopicEnd.readTo(consumer, partition, patience, this::take);
    }

    /** Reads on, and waits at most so long if there is nothing. */
    public void poll(Duration timeout) {
        consumer.poll(timeout).forEach(this::take);
    }

    /** Orders without an outcome, the oldest first. */
    public List<ModelOrder> open() {
        return List.copyOf(open.values());
    }

    /** What became of an order. */
    public Optional<OrderOutcome> outcome(String orderId) {
        return Optional.ofNullable(outcomes.get(orderId));
    }

    /**
     * Whether training goes on with a sampler task's batch although others before it are missing, as an order was applied that said so. A
     * fact of the log: a learner that comes to the place again, from an older checkpoint, goes on there again.
     */
    public boolean goesOn(String task, long sequence) {
        return goingOn.contains(new Place(task, sequence));
    }

    /** Takes note of an outcome, read or just written. */
    public void settled(OrderOutcome outcome) {
        if (outcome.getApplied() && !outcome.getTask().isEmpty()) {
            goingOn.add(new Place(outcome.getTask(), outcome.getSequence()));
        }
        open.remove(outcome.getOrderId());
        outcomes.put(outcome.getOrderId(), outcome);
    }

    @Override
    public void close() {
        consumer.close();
    }

    private void take(ConsumerRecord<String, byte[]> record) {
        if (record.value() == null) {
            return; // A tombstone orders nothing.
        }
        SpecificRecord value;
        try {
            value = codec.decode(record.value());
        } catch (UndecodableRecordException e) {
            passedOver.add(record.offset(), String.valueOf(e.getMessage()));
            return;
        }
        if (value instanceof ModelOrder order
                && order.getModel().equals(model)
                && !outcomes.containsKey(order.getOrderId())) {
            open.putIfAbsent(order.getOrderId(), order);
        } else if (value instanceof OrderOutcome outcome && outcome.getModel().equals(model)) {
            settled(outcome);
        }
    }
}
