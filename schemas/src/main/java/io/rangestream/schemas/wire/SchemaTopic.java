package io.rangestream.schemas.wire;

import io.rangestream.schemas.topics.TopicEnd;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code schemas} topic: fingerprint (sixteen hexadecimal digits) to schema (JSON). A writer publishes its schemas
 * here before its first record; a reader that meets a fingerprint it does not know reads the topic to its end.
 *
 * <p>As a {@link SchemaSource} it is thread-safe. A fingerprint that is not on the topic costs a look at the topic's
 * end at most once a second, so that a flood of bad records does not become a flood of requests. A topic that cannot be
 * read to its end is an exception and no answer: what is not known to be missing must not be refused.
 */
public final class SchemaTopic implements SchemaSource, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SchemaTopic.class);
    private static final int MAX_REMEMBERED_LOOKS = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long NANOS_BETWEEN_LOOKS = Duration.ofSeconds(1).toNanos();

    private final String topic;
    private final Map<String, Object> clientConfig;
    private final Map<Long, Schema> known = new HashMap<>();
    private @Nullable Consumer<String, String> consumer;
    private final Map<Long, Long> lastLooks = new HashMap<>();

    /**
     * @param topic name of the schemas topic
     * @param clientConfig connection settings of a Kafka client ({@code bootstrap.servers}, security)
     */
    public SchemaTopic(String topic, Map<String, Object> clientConfig) {
        this.topic = topic;
        this.clientConfig = Map.copyOf(clientConfig);
    }

    /** Publishes the schemas and waits until the broker has them. Publishing one again changes nothing. */
    public static void publish(String topic, Map<String, Object> clientConfig, List<Schema> schemas) {
        var config = new HashMap<>(clientConfig);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            for (Schema schema : schemas) {
                String key = Fingerprint.text(Fingerprint.of(schema));
                producer.send(new ProducerRecord<>(topic, key, schema.toString()))
                        .get();
            }
        } catch (ExecutionException e) {
            throw new KafkaException("cannot publish schemas to " + topic, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new org.apache.kafka.common.errors.InterruptException(e);
        }
    }

    @Override
    public synchronized Optional<Schema> find(long fingerprint) {
        Schema schema = known.get(fingerprint);
        if (schema == null && mayLook(fingerprint)) {
            readToEnd();
            schema = known.get(fingerprint);
        }
        return Optional.ofNullable(schema);
    }

    @Override
    public synchronized void close() {
        if (consumer != null) {
            consumer.close();
            consumer = null;
        }
    }

    private boolean mayLook(long fingerprint) {
        long now = System.nanoTime();
        Long last = lastLooks.get(fingerprint);
        if (last != null && now - last < NANOS_BETWEEN_LOOKS) {
            return false;
        }
        if (lastLooks.size() >= MAX_REMEMBERED_LOOKS) {
            lastLooks.clear();
        }
        lastLooks.put(fingerprint, now);
        return true;
    }

    private void readToEnd() {
        var partition = new TopicPartition(topic, 0);
        Consumer<String, String> c = consumer;
        if (c == null) {
            c = new KafkaConsumer<>(clientConfig, new StringDeserializer(), new StringDeserializer());
            consumer = c;
            c.assign(List.of(partition));
            c.seekToBeginning(List.of(partition));
        }
        TopicEnd.readTo(c, partition, PATIENCE, this::remember);
    }

    private void remember(ConsumerRecord<String, @Nullable String> record) {
        String json = record.value();
        if (json == null) {
            return;
        }
        try {
            Schema schema = new Schema.Parser().parse(json);
            known.put(Fingerprint.of(schema), schema);
        } catch (SchemaParseException e) {
            log.warn("{} offset {} holds no schema: {}", topic, record.offset(), e.getMessage());
        }
    }
}
