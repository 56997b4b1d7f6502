package io.rangestream.learner;

import io.rangestream.avro.ModelOrder;
import io.rangestream.avro.OrderOutcome;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.orders.OrderDesk;
import io.rangestream.learner.orders.OrderLog;
import io.rangestream.learner.orders.OrderRules;
import io.rangestream.learner.publish.VersionHistory;
import io.rangestream.schemas.broker.BrokerConnection;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.log.OutageLog;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives orders about the versions and says what became of them. The running learner settles them; where there is none, the one who waits
 * does so in its place, under its transactional id: whichever of the two began last is the one that can commit. Not thread-safe.
 */
public final class ModelOrders implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ModelOrders.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long LOOK_FOR_LEARNER_NANOS = Duration.ofSeconds(1).toNanos();

    private final CommonConfig common;
    private final LearnerConfig config;
    private final LearnerClients clients;
    private final OrderLog orders;
    private final OutageLog undecided = new OutageLog(log);

    private ModelOrders(CommonConfig common, LearnerConfig config) {
        this.common = common;
        this.config = config;
        this.clients = new LearnerClients(common, config);
        this.orders = clients.orders();
    }

    /**
     * Connects.
     *
     * @param config of the model's learners, who need not run
     * @throws ConfigurationException if topics are missing
     */
    public static ModelOrders connect(CommonConfig common, LearnerConfig config) {
        BrokerConnection.ofCommand(common).requireTopics(LearnerClients.topics(common, config));
        return new ModelOrders(common, config);
    }

    /**
     * Writes an order and waits until the broker has it.
     *
     * @throws KafkaException if the broker does not take it
     */
    public void give(ModelOrder order) {
        clients.publishSchema(ModelOrder.getClassSchema());
        try (Producer<String, SpecificRecord> producer = clients.orderWriter()) {
            producer.send(new ProducerRecord<>(common.topics().modelOrders(), order.getOrderId(), order))
                    .get();
        } catch (ExecutionException e) {
            throw new KafkaException(
                    "%s did not take the order".formatted(common.topics().modelOrders()), e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /**
     * Waits until an order is settled, and settles it where no learner is in the group.
     *
     * @return what became of it; empty if nothing has within the time
     */
    public Optional<OrderOutcome> await(String orderId, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        long lookAt = System.nanoTime();
        while (orders.outcome(orderId).isEmpty() && System.nanoTime() - deadline < 0) {
            orders.poll(POLL);
            if (orders.outcome(orderId).isEmpty() && System.nanoTime() - lookAt >= 0) {
                if (!clients.haveLearner()) {
                    settle();
                }
                lookAt = System.nanoTime() + LOOK_FOR_LEARNER_NANOS;
            }
        }
        return orders.outcome(orderId);
    }

    @Override
    public void close() {
        orders.close();
        clients.close();
    }

    /** As a learner settles orders when it begins. */
    private void settle() {
        clients.publishSchemas();
        try (var producer = clients.publisher()) {
            producer.initTransactions();
            VersionHistory history = clients.history();
            if (history.isSigned() && config.publication().signingKey().isEmpty()) {
                throw new ConfigurationException("no learner runs, and to change versions that are signed takes %s"
                        .formatted(LearnerConfig.SIGNING_KEY));
            }
            OrderRules.Resumable resumable = version -> {
                try (var checkpoints = clients.checkpoints()) {
                    return Resumability.ofNext(checkpoints, history).objection(version);
                }
            };
            var rules = new OrderRules(resumable, Optional.empty());
            try (var desk = new OrderDesk(
                    clients.orders(),
                    common.topics().modelOrders(),
                    rules,
                    clients.publisherOf(producer, Optional.empty(), history),
                    history,
                    undecided)) {
                desk.settle();
            }
        } catch (KafkaException e) {
            if (!Fencing.isBehind(e)) {
                throw e;
            }
            log.info("a learner began meanwhile and settles the order");
        }
    }
}
