package io.rangestream.client;

import io.rangestream.schemas.config.CommonConfig;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * A topic of one partition, read as a log: from any offset, without a consumer group. Values stay
 * bytes, because a deserializer that throws would hold the reader at the bad record for ever. Not thread-safe except
 * {@link #wakeup}.
 */
final class LogReader implements AutoCloseable {
    /** For requests that a healthy broker answers in milliseconds. */
    private static final Duration REQUEST = Duration.ofSeconds(10);

    private static final int FETCH_BYTES = 8 * 1024 * 1024;
    private static final Duration CLOSE = Duration.ofSeconds(1);

    private final Consumer<byte[], byte[]> consumer;
    private final TopicPartition partition;

    LogReader(Consumer<byte[], byte[]> consumer, String topic) {
        this.consumer = consumer;
        this.partition = new TopicPartition(topic, 0);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
    }

    /** Reads committed records only. */
    static LogReader open(CommonConfig common, String topic) {
        return open(common, topic, IsolationLevel.READ_COMMITTED);
    }

    /** Reads records as they are written, those too whose transaction may yet be aborted. */
    static LogReader openUncommitted(CommonConfig common, String topic) {
        return open(common, topic, IsolationLevel.READ_UNCOMMITTED);
    }

    private static LogReader open(CommonConfig common, String topic, IsolationLevel isolation) {
        var config = common.clientConfig();
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation.toString());
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        // An offset that is gone means that the log was cut; what is left of it is the truth.
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        // Chunks are larger than Kafka's default for one response, and would come one by one.
        config.putIfAbsent(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
        // A reader must not create a topic, least of all with the broker's default settings.
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return new LogReader(
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer()), topic);
    }

    String topic() {
        return partition.topic();
    }

    /**
     * @throws UnknownTopicOrPartitionException in one line, if the topic does not exist
     * @throws TimeoutException in one line, if no broker says so in time
     */
    void requireTopic(Duration timeout) {
        boolean exists;
        try {
            exists = !consumer.partitionsFor(topic(), timeout).isEmpty();
        } catch (TimeoutException e) {
            throw new TimeoutException(
                    "no broker told within %d ms whether there is a topic %s".formatted(timeout.toMillis(), topic()),
                    e);
        }
        if (!exists) {
            throw new UnknownTopicOrPartitionException("the topic %s does not exist".formatted(topic()));
        }
    }

    /** Lets go of what was read ahead; connections stay. The next seek begins anew. */
    void rest() {
        consumer.assign(List.of());
    }

    void seekToBeginning() {
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
    }

    void seek(long offset) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, offset);
    }

    long beginning() {
        return offset(consumer.beginningOffsets(List.of(partition), REQUEST).get(partition));
    }

    /** The offset after the last record that this reader sees. */
    long end() {
        return offset(consumer.endOffsets(List.of(partition), REQUEST).get(partition));
    }

    /** The offset of the next record. */
    long position() {
        return consumer.position(partition, REQUEST);
    }

    /** Keys and values may be null. */
    List<ConsumerRecord<byte[], byte[]>> poll(Duration timeout) {
        return consumer.poll(timeout).records(partition);
    }

    /** Makes the present or else the next call end with {@link org.apache.kafka.common.errors.WakeupException}. */
    void wakeup() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSE));
    }

    private static long offset(@Nullable Long offset) {
        return offset == null ? 0 : offset;
    }
}
