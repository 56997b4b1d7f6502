package io.rangestream.app.correction;

import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.topology.Changelogs;
import io.rangestream.sampler.topology.Changelogs.Answer;
import io.rangestream.schemas.config.CommonConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Watches how a retraction is complied with. A task's answer is a record in the changelog of its store, written in the
 * transaction in which it takes the face out of buffer or holdout. To be opened before the order is written, or an answer
 * may be missed. Not thread-safe.
 */
public final class RetractionWatch implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String topic;
    /** By faces partition. */
    private final Map<Integer, Answer> answers = new TreeMap<>();

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
     * @param orders offset of the retraction by faces partition
     * @return the partitions whose tasks have not within the time; empty if all have
     */
    public List<Integer> await(Map<Integer, Long> orders, Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (answers.size() < orders.size() && System.nanoTime() <= deadline) {
            if (consumer.assignment().isEmpty()) {
                awaitTopic();
                continue;
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                long order = orders.getOrDefault(record.partition(), -1L);
                Changelogs.answer(record.key(), record.value(), order)
                        .ifPresent(answer -> answers.put(record.partition(), answer));
            }
        }
        return orders.keySet().stream()
                .filter(partition -> !answers.containsKey(partition))
                .toList();
    }

    /** What the tasks had that had something, by faces partition. */
    public Map<Integer, String> found() {
        var found = new TreeMap<Integer, String>();
        answers.forEach((partition, answer) -> {
            if (answer.found()) {
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
