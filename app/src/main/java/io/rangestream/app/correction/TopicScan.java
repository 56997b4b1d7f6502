package io.rangestream.app.correction;

import io.rangestream.schemas.config.CommonConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic's committed records from the oldest one to an end, each partition in order. Not thread-safe. */
public final class TopicScan implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;

    /** Of a topic that does not exist there is nothing to read. */
    public TopicScan(CommonConfig common, String topic) {
        Map<String, Object> config = common.clientConfig();
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        // A changelog that is looked for before the sampler's first start has to be made by the sampler.
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        partitions = Stream.ofNullable(consumer.partitionsFor(topic))
                .flatMap(List::stream)
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Where each partition ends now. */
    public Map<Integer, Long> ends() {
        var ends = new HashMap<Integer, Long>();
        consumer.endOffsets(partitions).forEach((partition, offset) -> ends.put(partition.partition(), offset));
        return ends;
    }

    /**
     * Reads on to these offsets; a later call goes on from there.
     *
     * @param ends by partition, exclusive
     * @throws TimeoutException if nothing comes for half a minute
     */
    public void read(Map<Integer, Long> ends, Consumer<ConsumerRecord<byte[], byte[]>> each) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (partitions.stream().anyMatch(p -> consumer.position(p) < end(ends, p))) {
            partitions.stream()
                    .filter(p -> consumer.position(p) >= end(ends, p))
                    .forEach(p -> consumer.pause(List.of(p)));
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                deadline = System.nanoTime() + PATIENCE.toNanos();
                long end = ends.getOrDefault(record.partition(), 0L);
                if (record.offset() < end) {
                    each.accept(record);
                } else {
                    consumer.seek(new TopicPartition(record.topic(), record.partition()), end);
                }
            }
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("%s could not be read to its end: nothing came for %d s"
                        .formatted(partitions.get(0).topic(), PATIENCE.toSeconds()));
            }
        }
        consumer.resume(partitions);
    }

    @Override
    public void close() {
        consumer.close();
    }

    private static long end(Map<Integer, Long> ends, TopicPartition partition) {
        return ends.getOrDefault(partition.partition(), 0L);
    }
}
