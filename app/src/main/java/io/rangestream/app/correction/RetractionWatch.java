package io.rangestream.app.correction;

import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.topology.Changelogs;
import io.rangestream.sampler.topology.Changelogs.Answer;
import io.rangestream.schemas.config.CommonConfig;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Watches how retractions are complied with. A task's answer is a record in the changelog of its store, written in the
 * transaction in which it takes the face out of buffer or holdout. To be opened before the order is written, or an answer
 * may be missed. Not thread-safe.
 */
public final class RetractionWatch implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String topic;
    /** By faces partition and the order's offset. */
    private final Map<Integer, Map<Long, Answer>> answers = new TreeMap<>();

    private RetractionWatch(CommonConfig common, SamplerConfig config) {
        topic = Changelogs.tasks(common, config);
        Map<String, Object> client = common.clientConfig();
        client.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        client.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        consumer = new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Watches from now on. */
    public static RetractionWatch open(CommonConfig common, SamplerConfig config) {
        var watch = new RetractionWatch(common, config);
        List<TopicPartition> partitions = watch.partitions();
        watch.consumer.assign(partitions);
        watch.consumer.seekToEnd(partitions);
        partitions.forEach(watch.consumer::position); // Which makes the seek happen now.
        return watch;
    }

    /**
     * Waits until every task has complied.
     *
     * @param orders of each retraction the offset by faces partition
     * @return the partitions whose tasks have not within the time; empty if all have
     */
    public List<Integer> await(List<Map<Integer, Long>> orders, Duration timeout) throws InterruptedException {
        var pending = new TreeMap<Integer, Set<Long>>();
        orders.forEach(order -> order.forEach((partition, offset) ->
                pending.computeIfAbsent(partition, p -> new LinkedHashSet<>()).add(offset)));
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!pending.isEmpty() && System.nanoTime() <= deadline) {
            if (consumer.assignment().isEmpty()) {
                awaitTopic();
                continue;
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                Set<Long> offsets = pending.getOrDefault(record.partition(), Set.of());
                note(record, offsets).ifPresent(offsets::remove);
                if (offsets.isEmpty()) {
                    pending.remove(record.partition());
                }
            }
        }
        return List.copyOf(pending.keySet());
    }

    /** The order among these that a record answers. */
    private Optional<Long> note(ConsumerRecord<byte[], byte[]> record, Set<Long> offsets) {
        for (long offset : offsets) {
            Optional<Answer> answer = Changelogs.answer(record.key(), record.value(), offset);
            if (answer.isPresent()) {
                answers.computeIfAbsent(record.partition(), p -> new TreeMap<>())
                        .put(offset, answer.get());
                return Optional.of(offset);
            }
        }
        return Optional.empty();
    }

    /** What the tasks had that had something of an order, by faces partition. */
    public Map<Integer, String> found(Map<Integer, Long> order) {
        var found = new TreeMap<Integer, String>();
        order.forEach((partition, offset) -> {
            Answer answer = answers.getOrDefault(partition, Map.of()).get(offset);
            if (answer != null && answer.found()) {
                found.put(partition, answer.text());
            }
        });
        return found;
    }

    @Override
    public void close() {
        consumer.close();
    }

    /** A sampler that starts for the first time makes the topic. */
    private void awaitTopic() throws InterruptedException {
        List<TopicPartition> partitions = partitions();
        if (partitions.isEmpty()) {
            Thread.sleep(POLL.toMillis());
        } else {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
        }
    }

    private List<TopicPartition> partitions() {
        return Stream.ofNullable(consumer.partitionsFor(topic))
                .flatMap(List::stream)
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }
}
