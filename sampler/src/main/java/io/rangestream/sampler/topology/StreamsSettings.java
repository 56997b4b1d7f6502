package io.rangestream.sampler.topology;

import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.topics.TopicCatalogue;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndContinueExceptionHandler;

/** Kafka Streams' own configuration. */
public final class StreamsSettings {
    /** A record's header and the request around it. */
    private static final int REQUEST_OVERHEAD_BYTES = 64 * 1024;

    /** A restore that begins with stores of the greatest age reads to the changelog's end within this time. */
    private static final Duration TO_CATCH_UP = Duration.ofHours(4);

    private StreamsSettings() {}

    /**
     * What the operator passes through ({@code kafka.*}) first, then what correctness depends on.
     *
     * @param deadLetterBytes most bytes that the dead-letter topic takes in one record
     * @param memory RocksDB's memory; to be closed after Streams
     */
    public static Properties of(CommonConfig common, SamplerConfig config, int deadLetterBytes, RocksMemory memory) {
        var settings = new Properties();
        // 1000 buffered faces of 64 KiB for each partition would be a quarter of a gigabyte of heap.
        settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 250);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 250);
        // How long the partitions of a sampler that crashed stay unattended; Kafka's 45 s are long for a live model.
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 15_000);
        // Streams' 10 s are short for a machine under load: a transaction that times out is done all over again.
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), 60_000);
        // A broker that is away for ten minutes ends no thread: its stores would be restored from the beginning.
        settings.put(
                StreamsConfig.TASK_TIMEOUT_MS_CONFIG, Duration.ofMinutes(15).toMillis());
        // A commit waits for every partition written to and writes out the index records touched since the last one; no
        // learner minds half a second.
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 500);
        settings.putAll(common.clientConfig());

        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId(common, config));
        settings.put(
                StreamsConfig.STATE_DIR_CONFIG,
                config.stateDir().toAbsolutePath().toString());
        // Stores left behind longer ago than the changelogs keep tombstones would bring back who was erased meanwhile.
        settings.put(
                StreamsConfig.STATE_CLEANUP_DIR_MAX_AGE_MS_CONFIG,
                SamplerTopology.TOMBSTONES_STAY.minus(TO_CATCH_UP).toMillis());
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, config.standbyReplicas());
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) common.replicationFactor());
        settings.put(
                StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG,
                common.topics().facesRejected());
        settings.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, DeadLetterHandler.class);
        settings.put(
                StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, LogAndContinueExceptionHandler.class);
        // Production errors keep Streams' default, retry or stop: a batch left out would be a gap in its sequence.
        settings.put(DeadLetterHandler.MAX_BYTES_CONFIG, deadLetterBytes);
        settings.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
        settings.put(BoundedRocksDb.MEMORY_CONFIG, memory);

        int largest = TopicCatalogue.MAX_RECORD_BYTES + REQUEST_OVERHEAD_BYTES;
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), largest);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 2L * largest);
        return settings;
    }

    /** Also the name of the consumer group and the beginning of the changelogs' names. */
    public static String applicationId(CommonConfig common, SamplerConfig config) {
        return common.topics().prefix() + config.id();
    }
}
