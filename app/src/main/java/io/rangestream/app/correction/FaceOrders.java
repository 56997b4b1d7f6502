package io.rangestream.app.correction;

import io.rangestream.sampler.topology.SamplerTopology;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.topics.TopicAdmin;
import io.rangestream.schemas.topics.TopicCatalogue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes to the faces topic what somebody ordered. An order goes to every partition, since a foreign producer's partitioner
 * may have put the person elsewhere than ours would. Not thread-safe.
 */
public final class FaceOrders implements AutoCloseable {
    private final String topic;
    private final int partitions;
    private final Producer<byte[], byte @Nullable []> producer;
    private final AtomicReference<@Nullable Exception> failed = new AtomicReference<>();

    private FaceOrders(String topic, int partitions, Producer<byte[], byte @Nullable []> producer) {
        this.topic = topic;
        this.partitions = partitions;
        this.producer = producer;
    }

    /** @throws ConfigurationException if there is no faces topic */
    public static FaceOrders connect(CommonConfig common) {
        String topic = common.topics().faces();
        int partitions;
        try (var admin = new TopicAdmin(common.clientConfig())) {
            partitions =
                    admin.partitions(topic).orElseThrow(() -> new ConfigurationException("there is no topic " + topic));
        }
        Map<String, Object> properties = common.clientConfig();
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        // A face of the largest size that the sampler can be configured to take.
        properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, TopicCatalogue.MAX_RECORD_BYTES);
        return new FaceOrders(
                topic,
                partitions,
                new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer()));
    }

    /** Partitions of the faces topic. */
    public int partitions() {
        return partitions;
    }

    /**
     * Sends an order to every partition and waits until the broker has it.
     *
     * @param value null for a tombstone
     * @return the order's offset by partition
     * @throws KafkaException if a partition did not take it
     */
    public Map<Integer, Long> everywhere(String identity, byte @Nullable [] value) throws InterruptedException {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            sent.add(producer.send(new ProducerRecord<>(topic, partition, key(identity), value)));
        }
        Map<Integer, Long> offsets = new TreeMap<>();
        for (Future<RecordMetadata> one : sent) {
            RecordMetadata metadata = written(one);
            offsets.put(metadata.partition(), metadata.offset());
        }
        return offsets;
    }

    /**
     * Sends faces to the partition of their identity and waits until the broker has all of them. They are corrections: the sampler does
     * not refuse them for their picture being known under another identity.
     */
    public void add(String identity, List<byte[]> faces) {
        for (byte[] face : faces) {
            var record = new ProducerRecord<byte[], byte @Nullable []>(topic, key(identity), face);
            record.headers().add(SamplerTopology.HEADER_CORRECTION, new byte[0]);
            begin(record);
        }
        finish();
    }

    /** Begins to send a record; the producer's memory bounds how many are under way. */
    public void begin(ProducerRecord<byte[], byte @Nullable []> record) {
        producer.send(record, (metadata, failure) -> {
            if (failure != null) {
                failed.compareAndSet(null, failure);
            }
        });
    }

    /** Waits until the broker has everything whose sending was begun. */
    public void finish() {
        producer.flush();
        Exception failure = failed.getAndSet(null);
        if (failure != null) {
            throw new KafkaException("%s did not take a record".formatted(topic), failure);
        }
    }

    @Override
    public void close() {
        producer.close();
    }

    private RecordMetadata written(Future<RecordMetadata> sent) throws InterruptedException {
        try {
            return sent.get();
        } catch (ExecutionException e) {
            throw new KafkaException("%s did not take a record".formatted(topic), e.getCause());
        }
    }

    private static byte[] key(String identity) {
        return identity.getBytes(StandardCharsets.UTF_8);
    }
}
