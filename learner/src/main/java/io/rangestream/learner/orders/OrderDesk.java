package io.rangestream.learner.orders;

import io.rangestream.avro.ModelOrder;
import io.rangestream.avro.OrderKind;
import io.rangestream.avro.OrderOutcome;
import io.rangestream.learner.checkpoint.CheckpointException;
import io.rangestream.learner.publish.ModelPublisher;
import io.rangestream.learner.publish.VersionHistory;
import io.rangestream.schemas.log.OutageLog;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles the open orders, each in one transaction with its outcome. Of the learner and of the command in its place; which of the two it
 * is, and that it is one of them only, the publisher's transactional id decides. Not thread-safe.
 */
public final class OrderDesk implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(OrderDesk.class);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final OrderLog orders;
    private final String topic;
    private final OrderRules rules;
    private final ModelPublisher publisher;
    private final VersionHistory history;
    private final OutageLog outage;

    /**
     * Reads the orders that are there.
     *
     * @param orders closed with this desk, also if it cannot be read
     * @param topic of the orders
     * @param publisher with transactions initialised, or an order that another member settles now would be settled twice
     * @param history that the publisher keeps up to date
     * @param outage told of orders that cannot be decided now
     */
    public OrderDesk(
            OrderLog orders,
            String topic,
            OrderRules rules,
            ModelPublisher publisher,
            VersionHistory history,
            OutageLog outage) {
        this.orders = orders;
        this.topic = topic;
        this.rules = rules;
        this.publisher = publisher;
        this.history = history;
        this.outage = outage;
        try {
            orders.readToEnd(PATIENCE);
        } catch (RuntimeException | Error e) {
            orders.close(); // Nobody else can, as this will not be a desk.
            throw e;
        }
    }

    /**
     * Settles what is open. An order that cannot be decided now stays open, and so do those behind it, whose turn has not come.
     *
     * @return whether one was applied, so that the history is not what it was
     * @throws KafkaException as {@link ModelPublisher#settle}
     */
    public boolean settle() {
        orders.poll(Duration.ZERO);
        boolean applied = false;
        for (ModelOrder order : orders.open()) {
            if (!rules.mayDecide(order)) {
                continue; // A learner does, when one trains.
            }
            Instant at = Instant.now().truncatedTo(ChronoUnit.MILLIS);
            OrderRules.Decision decision;
            try {
                decision = rules.decide(order, history, at);
            } catch (CheckpointException e) {
                outage.failed("order %s waits, as it cannot be decided now: %s"
                        .formatted(order.getOrderId(), e.getMessage()));
                break;
            }
            outage.succeeded("orders can be decided");
            boolean goesOn = decision.applied() && order.getKind() == OrderKind.GO_ON;
            var outcome = new OrderOutcome(
                    order.getModel(),
                    order.getOrderId(),
                    decision.applied(),
                    decision.message(),
                    at,
                    goesOn ? order.getTask() : "",
                    goesOn ? order.getSequence() : 0);
            publisher.settle(decision.succession(), outcome, topic);
            orders.settled(outcome);
            log.info(
                    "order {} {}: {}; its reason: {}",
                    order.getOrderId(),
                    decision.applied() ? "applied" : "refused",
                    decision.message(),
                    order.getReason());
            applied |= decision.applied();
        }
        return applied;
    }

    /** As {@link OrderLog#goesOn}. */
    public boolean goesOn(String task, long sequence) {
        return orders.goesOn(task, sequence);
    }

    @Override
    public void close() {
        orders.close();
    }
}
