package io.rangestream.sampler;

import io.rangestream.sampler.topology.LogStart;
import io.rangestream.schemas.config.CommonConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What the broker says of the faces partitions and of how far the sampler's group has read them. Every call asks; each
 * throws a {@link KafkaException} if there is no answer within seconds. Thread-safe.
 */
final class FacesTopic implements LogStart, Pacer.Unread, Progress.Input, AutoCloseable {
    private static final int PATIENCE_MS = 10_000;
    private static final Duration RECORD_WITHIN = Duration.ofSeconds(5);

    private final Admin admin;
    private final Map<String, Object> client;
    private final String topic;
    private final String group;

    /** @param group the sampler's consumer group */
    FacesTopic(CommonConfig common, String group) {
        this.client = common.clientConfig();
        this.topic = common.topics().faces();
        this.group = group;
        Map<String, Object> settings = common.clientConfig();
        settings.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MS);
        settings.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MS);
        this.admin = Admin.create(settings);
    }

    @Override
    public long of(int partition) {
        return offsets(Set.of(partition), OffsetSpec.earliest()).getOrDefault(partition, 0L);
    }

    @Override
    public boolean isOlder(int partition, long offset, Instant time) {
        Set<Integer> one = Set.of(partition);
        long end = offsets(one, OffsetSpec.latest()).getOrDefault(partition, 0L);
        if (end <= offset) {
            return false;
        }
        long younger =
                offsets(one, OffsetSpec.forTimestamp(time.toEpochMilli())).getOrDefault(partition, -1L);
        return Math.max(offset, of(partition)) < (younger < 0 ? end : younger);
    }

    @Override
    public Map<Integer, Progress.Position> positions(Set<Integer> partitions) {
        Map<TopicPartition, OffsetAndMetadata> committed =
                get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
        Map<Integer, Long> starts = offsets(partitions, OffsetSpec.earliest());
        Map<Integer, Long> ends = offsets(partitions, OffsetSpec.latest());
        var positions = new TreeMap<Integer, Progress.Position>();
        for (int partition : partitions) {
            OffsetAndMetadata at = committed.get(new TopicPartition(topic, partition));
            long start = starts.getOrDefault(partition, 0L);
            positions.put(
                    partition,
                    new Progress.Position(
                            at == null ? start : Math.max(start, at.offset()), ends.getOrDefault(partition, 0L)));
        }
        return positions;
    }

    @Override
    public boolean holdsRecords(int partition, long offset) {
        var settings = new HashMap<>(client);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            var at = new TopicPartition(topic, partition);
            consumer.assign(List.of(at));
            consumer.seek(at, offset);
            return !consumer.poll(RECORD_WITHIN).isEmpty();
        }
    }

    @Override
    public List<String> missing(Collection<String> topics) {
        List<String> missing = new ArrayList<>();
        admin.describeTopics(topics).topicNameValues().forEach((name, description) -> {
            try {
                get(description);
            } catch (UnknownTopicOrPartitionException e) {
                missing.add(name);
            }
        });
        return missing.stream().sorted().toList();
    }

    @Override
    public void close() {
        admin.close(Duration.ofSeconds(2));
    }

    private Map<Integer, Long> offsets(Set<Integer> partitions, OffsetSpec spec) {
        Map<TopicPartition, OffsetSpec> asked = partitions.stream()
                .collect(Collectors.toMap(partition -> new TopicPartition(topic, partition), partition -> spec));
        Map<TopicPartition, ListOffsetsResultInfo> answers =
                get(admin.listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                        .all());
        return answers.entrySet().stream()
                .collect(Collectors.toMap(answer -> answer.getKey().partition(), answer -> answer.getValue()
                        .offset()));
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KafkaException cause) {
                throw cause;
            }
            throw new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
