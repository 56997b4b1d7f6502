package io.rangestream.schemas.wire;

import io.rangestream.schemas.topics.TopicEnd;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.avro.Schema;
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
 * read to its end is an exception and no answer: what is not known to be missing must not be refused. What any producer
 * may write here is bounded, each schema and all together.
 */
public final class SchemaTopic implements SchemaSource, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SchemaTopic.class);
    /** Each release has about ten. */
    private static final int MAX_SCHEMAS = 1_000;

    private static final int MAX_TOTAL_CHARS = 4 * 1024 * 1024;
    private static final int MAX_REMEMBERED_LOOKS = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long NANOS_BETWEEN_LOOKS = Duration.ofSeconds(1).toNanos();
    private static final long NANOS_BETWEEN_WARNINGS = Duration.ofMinutes(1).toNanos();

    private final String topic;
    private final Map<String, Object> clientConfig;
    private final Map<Long, Schema> known = new HashMap<>();
    private int knownChars;
    private boolean full;
    private long junk;
    private long lastWarning;
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
            try {
                readToEnd();
            } catch (RuntimeException e) {
                lastLooks.remove(
                        fingerprint); // Nobody has looked: asked again at once, the answer must not be "missing".
                throw e;
            }
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
        if (known.size() >= MAX_SCHEMAS || knownChars + json.length() > MAX_TOTAL_CHARS) {
            warnOfFlood(record.offset());
            return;
        }
        try {
            Schema schema = WriterSchema.parse(json);
            // By what it is, whatever key it stands under; the first one stays, whatever else has its fingerprint.
            if (known.putIfAbsent(Fingerprint.of(schema), schema) == null) {
                knownChars += json.length();
            }
        } catch (UndecodableRecordException e) {
            warnOfJunk(record.offset(), e);
        }
    }

    /** A flood of such records is no flood of lines. */
    private void warnOfJunk(long offset, UndecodableRecordException e) {
        long now = System.nanoTime();
        junk++;
        if (junk == 1 || now - lastWarning >= NANOS_BETWEEN_WARNINGS) {
            lastWarning = now;
            log.warn("{} offset {} is passed over: {}; {} such records so far", topic, offset, e.getMessage(), junk);
        }
    }

    private void warnOfFlood(long offset) {
        if (!full) {
            full = true;
            log.warn(
                    "{} holds more schemas than {}, or more than {} characters of them: none is read from offset {} on, and records"
                            + " written with those are refused; delete what does not belong there",
                    topic,
                    MAX_SCHEMAS,
                    MAX_TOTAL_CHARS,
                    offset);
        }
    }
}
