package io.rangestream.sampler;

import io.rangestream.avro.LearnerProgress;
import io.rangestream.sampler.topology.LearnerDistance;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import io.rangestream.schemas.wire.UndecodableRecordException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that reads the learner's progress and lets tasks and {@link Pacer} act on it, and looks whether the sampler itself
 * makes any. While the broker is away the
 * learner stays where it was last seen.
 */
final class LearnerWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LearnerWatch.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration ASK_WITHIN = Duration.ofSeconds(5);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);
    private static final Duration BETWEEN_WARNINGS = Duration.ofMinutes(1);

    private final Consumer<byte[], byte[]> consumer;
    private final TopicPartition progress;
    private final byte[] model;
    private final RecordCodec codec;
    private final LearnerDistance learner;
    private final Pacer pacer;
    private final FacesTopic faces;
    private final Progress ofSampler;
    private final Thread thread = new Thread(this::run, "sampler-pacer");
    private Instant lastWarning = Instant.EPOCH;

    LearnerWatch(
            CommonConfig common,
            SchemaSource schemas,
            LearnerDistance learner,
            Pacer pacer,
            FacesTopic faces,
            Progress ofSampler) {
        Map<String, Object> client = common.clientConfig();
        client.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        this.consumer = new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.progress = new TopicPartition(common.topics().learnerProgress(), 0);
        this.model = common.model().getBytes(StandardCharsets.UTF_8);
        this.codec = new RecordCodec(List.of(LearnerProgress.getClassSchema()), schemas);
        this.learner = learner;
        this.pacer = pacer;
        this.faces = faces;
        this.ofSampler = ofSampler;
        thread.setDaemon(true);
    }

    /** Reads what the learner has reported so far, then goes on in a thread of its own. */
    void start() {
        consumer.assign(List.of(progress));
        consumer.seekToBeginning(List.of(progress));
        long end = endOffset(progress);
        while (consumer.position(progress) < end) {
            consumer.poll(POLL).forEach(this::read);
        }
        thread.start();
    }

    @Override
    public void close() {
        consumer.wakeup();
        try {
            if (thread.getState() == Thread.State.NEW) {
                consumer.close();
            }
            thread.join(CLOSE_WITHIN.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (consumer) {
            while (true) {
                try {
                    consumer.poll(POLL).forEach(this::read);
                    ofSampler.tick();
                    pacer.tick(faces);
                } catch (WakeupException e) {
                    throw e;
                } catch (RuntimeException e) {
                    // Whatever it was: without this thread a paused sampler would stay paused, and nobody would know
                    // why.
                    warn("the learner's progress could not be read or acted upon: {}", e);
                    Thread.sleep(POLL.toMillis());
                }
            }
        } catch (WakeupException | InterruptedException closing) {
            log.debug("the pacer stops");
        }
    }

    private void read(ConsumerRecord<byte[], byte[]> record) {
        if (!Arrays.equals(record.key(), model) || record.value() == null) {
            return;
        }
        try {
            learner.learnerReports(((LearnerProgress) codec.decode(record.value())).getSequences());
        } catch (UndecodableRecordException e) {
            warn("a record on " + progress.topic() + " is no progress of a learner: {}", e);
        }
    }

    private long endOffset(TopicPartition partition) {
        return Objects.requireNonNullElse(
                consumer.endOffsets(List.of(partition), ASK_WITHIN).get(partition), 0L);
    }

    private void warn(String line, Exception e) {
        Instant now = Instant.now();
        if (now.isAfter(lastWarning.plus(BETWEEN_WARNINGS))) {
            lastWarning = now;
            log.warn(line, e.toString());
        }
    }
}
