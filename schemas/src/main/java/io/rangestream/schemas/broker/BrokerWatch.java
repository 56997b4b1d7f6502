package io.rangestream.schemas.broker;

import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.topics.TopicAdmin;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the brokers every few seconds, in a thread of its own, whether they are there, and logs outages. Kafka's clients get over an
 * outage by themselves and without a word; this is the one place that tells of it while a role runs. Thread-safe.
 */
public final class BrokerWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BrokerWatch.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(1);

    private final CommonConfig common;
    private final Outage outages;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "rangestream-broker-watch");

    private BrokerWatch(CommonConfig common) {
        this.common = common;
        this.outages = Outage.ofKafka(log, common.bootstrapServers());
        thread.setDaemon(true);
    }

    /** Watches from now on. */
    public static BrokerWatch start(CommonConfig common) {
        var watch = new BrokerWatch(common);
        watch.thread.start();
        return watch;
    }

    /** What cannot be reached since when and why, in one line; empty while the brokers answer. */
    public Optional<String> outage() {
        return outages.current();
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(CLOSE_WITHIN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        Duration wait = BETWEEN_LOOKS;
        TopicAdmin admin = null;
        try {
            while (!closing.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    if (admin == null) {
                        admin = new TopicAdmin(BrokerConnection.shortly(common)); // Fails while no name resolves.
                    }
                    admin.ask();
                    outages.succeeded();
                    wait = BETWEEN_LOOKS;
                } catch (KafkaException e) {
                    wait = outages.failed(BrokerConnection.finding(common, e).text());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (admin != null) {
                admin.close();
            }
        }
    }
}
