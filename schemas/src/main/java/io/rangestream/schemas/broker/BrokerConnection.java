package io.rangestream.schemas.broker;

import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.topics.TopicAdmin;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to Kafka while a role or a command starts: whatever needs the broker is tried until it succeeds, as long as time may cure what
 * is in the way. What time does not cure (authentication, authorisation, TLS, a bad setting) is told at once. Thread-safe.
 */
public final class BrokerConnection {
    private static final Logger log = LoggerFactory.getLogger(BrokerConnection.class);
    private static final Duration COMMANDS_WAIT = Duration.ofMinutes(1);
    private static final int ATTEMPT_MILLIS = 5_000;
    private static final Duration LOOK = Duration.ofMillis(100);

    private final CommonConfig common;
    private final Optional<Duration> limit;
    private final boolean isOfRole;
    private final BooleanSupplier stopped;
    private final Outage outage;

    private BrokerConnection(CommonConfig common, Optional<Duration> limit, boolean isOfRole, BooleanSupplier stopped) {
        this.common = common;
        this.limit = limit;
        this.isOfRole = isOfRole;
        this.stopped = stopped;
        this.outage = Outage.ofKafka(log, common.bootstrapServers());
    }

    /** Of what a person waits for: gives up after {@code broker.wait.seconds}, by default a minute. */
    public static BrokerConnection ofCommand(CommonConfig common) {
        return new BrokerConnection(common, Optional.of(common.brokerWait().orElse(COMMANDS_WAIT)), false, () -> false);
    }

    /**
     * Of what a deployment starts, in whatever order: waits for the broker and for topics without end, or for {@code
     * broker.wait.seconds}.
     *
     * @param stopped ends a wait with a {@link CancellationException}
     */
    public static BrokerConnection ofRole(CommonConfig common, BooleanSupplier stopped) {
        return new BrokerConnection(common, common.brokerWait(), true, stopped);
    }

    /** Waits until a broker answers. */
    public BrokerConnection await() {
        return call(() -> {
            try (TopicAdmin admin = admin()) {
                admin.ask();
            }
            return this;
        });
    }

    /**
     * Waits until these topics exist, where roles wait for them; a command is told at once.
     *
     * @throws ConfigurationException if a command misses a topic
     * @throws KafkaException as {@link #call}
     */
    public void requireTopics(List<String> topics) {
        var waiting = new Outage(log, "waiting for topics", "the topics exist");
        while (true) {
            List<String> missing = call(() -> {
                try (TopicAdmin admin = admin()) {
                    return admin.missing(topics);
                }
            });
            if (missing.isEmpty()) {
                waiting.succeeded();
                return;
            }
            String line = "%s missing; 'rangestream topics create' makes them".formatted(String.join(", ", missing));
            var failure = new ConfigurationException("topics are missing: " + line);
            if (!isOfRole) {
                throw failure;
            }
            pause(waiting, waiting.failed(line), failure);
        }
    }

    /**
     * Does something that needs Kafka, again and again until it succeeds.
     *
     * @param work leaves nothing behind if it fails
     * @throws BrokerUnreachableException in one line, if it takes too long
     * @throws KafkaException in one line, if time does not cure it
     * @throws CancellationException if the role is stopped meanwhile
     */
    public <T> T call(Supplier<T> work) {
        while (true) {
            try {
                T done = work.get();
                outage.succeeded();
                return done;
            } catch (InterruptException e) {
                throw e;
            } catch (KafkaException e) {
                if (!KafkaFailure.mayPass(e)) {
                    throw new KafkaException(
                            "Kafka at %s: %s".formatted(common.bootstrapServers(), KafkaFailure.line(e)), e);
                }
                pause(outage, outage.failed(reason(e)), e);
            }
        }
    }

    /** What cannot be reached since when, in one line; empty if the last try succeeded. */
    public Optional<String> outage() {
        return outage.current();
    }

    /** Of a broker that accepts connections, at least. */
    private TopicAdmin admin() {
        if (!BrokerProbe.connects(common.bootstrapServers())) {
            throw new TimeoutException("no connection");
        }
        return new TopicAdmin(shortly(common));
    }

    private void pause(Outage of, Duration pause, RuntimeException failure) {
        if (limit.filter(most -> of.lasted().plus(pause).compareTo(most) > 0).isPresent()) {
            throw new BrokerUnreachableException(
                    "%s; given up after %d s"
                            .formatted(of.current().orElseThrow(), of.lasted().toSeconds()),
                    failure);
        }
        long end = System.nanoTime() + pause.toNanos();
        try {
            while (System.nanoTime() - end < 0) {
                if (stopped.getAsBoolean()) {
                    throw new CancellationException("stopped while waiting");
                }
                Thread.sleep(LOOK.toMillis());
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /**
     * What is in the way.
     *
     * @throws KafkaException if time does not cure it
     */
    private String reason(KafkaException failure) {
        BrokerProbe.Finding found = finding(common, failure);
        if (!found.mayPass()) {
            throw new KafkaException(
                    "cannot reach Kafka at %s: %s".formatted(common.bootstrapServers(), found.text()), failure);
        }
        return found.text();
    }

    /** What sockets say, and the client's own words where sockets say nothing. */
    static BrokerProbe.Finding finding(CommonConfig common, KafkaException failure) {
        String protocol = common.kafka().getOrDefault(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, "PLAINTEXT");
        BrokerProbe.Finding found = BrokerProbe.look(common.bootstrapServers(), protocol.endsWith("PLAINTEXT"));
        return found.connected() && found.mayPass() ? found.but(KafkaFailure.line(failure)) : found;
    }

    /** Connection settings of a client that says soon when nobody answers. */
    static Map<String, Object> shortly(CommonConfig common) {
        Map<String, Object> client = common.clientConfig();
        client.put(CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, ATTEMPT_MILLIS);
        client.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, ATTEMPT_MILLIS);
        return client;
    }
}
