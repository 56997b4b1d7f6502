package io.rangestream.learner.evaluation;

import io.rangestream.avro.Encoding;
import io.rangestream.avro.LabeledFace;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.UndecodableRecordException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the holdout topic up to exactly where the batches say it was.
 *
 * <p>Each record carries in its headers the sampler task that wrote it ({@code rs-task}) and its number among that task's
 * ({@code rs-holdout-index}). A batch names how many its task had written; what lies beyond is read but waits, so that
 * the same batches always meet the same holdout.
 */
public final class HoldoutReader implements AutoCloseable {
    /** Header with the name of the sampler task. */
    public static final String TASK_HEADER = "rs-task";
    /** Header with the record's number among its task's, decimal, from 1. */
    public static final String INDEX_HEADER = "rs-holdout-index";

    private static final Logger log = LoggerFactory.getLogger(HoldoutReader.class);
    private static final Duration POLL = Duration.ofMillis(100);

    private final Consumer<String, byte @Nullable []> consumer;
    private final RecordCodec codec;
    private final TopicPartition partition;
    private final Duration timeout;
    private final Map<String, Queue<Entry>> waiting = new HashMap<>();
    private final Map<String, Long> read = new HashMap<>();
    private final TreeMap<String, LabeledFace> faces = new TreeMap<>();
    private final Map<String, Long> appliedOffsets = new HashMap<>();

    private record Entry(
            long index, long offset, String key, @Nullable LabeledFace face) {}

    /**
     * @param consumer of the holdout topic, read-committed, not subscribed yet; closed with this reader
     * @param codec reads LabeledFace
     * @param timeout how long to wait for records that the batches name and the topic does not show yet
     */
    public HoldoutReader(
            Consumer<String, byte @Nullable []> consumer, String topic, RecordCodec codec, Duration timeout) {
        this.consumer = consumer;
        this.codec = codec;
        this.partition = new TopicPartition(topic, 0);
        this.timeout = timeout;
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
    }

    /**
     * Takes in each task's records up to the given number.
     *
     * @param upTo per task, how many holdout records its last batch named
     */
    public void advance(Map<String, Long> upTo) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!hasRead(upTo)) {
            consumer.poll(POLL).forEach(this::remember);
            if (atEnd() && System.nanoTime() > deadline) {
                // Compaction removes superseded records, so the last number named need not be there any more.
                log.warn(
                        "the holdout topic ends before the records that the batches name; going on with what is there");
                break;
            }
        }
        upTo.forEach((task, last) -> {
            Queue<Entry> entries = waiting.getOrDefault(task, new ArrayDeque<>());
            for (Entry next = entries.peek(); next != null && next.index() <= last; next = entries.peek()) {
                apply(entries.remove());
            }
        });
    }

    /** The faces taken in and not erased since, by key. */
    public Map<String, LabeledFace> faces() {
        return faces;
    }

    @Override
    public void close() {
        consumer.close();
    }

    /** Two tasks may write one key, and their prefixes end at different offsets: the later record of the log counts. */
    private void apply(Entry entry) {
        if (appliedOffsets.merge(entry.key(), entry.offset(), Math::max) != entry.offset()) {
            return;
        }
        if (entry.face() == null) {
            faces.remove(entry.key());
        } else {
            faces.put(entry.key(), entry.face());
        }
    }

    private void remember(ConsumerRecord<String, byte @Nullable []> record) {
        String task = text(record.headers().lastHeader(TASK_HEADER));
        String index = text(record.headers().lastHeader(INDEX_HEADER));
        if (task == null || index == null || !index.matches("[0-9]{1,18}")) {
            log.warn("holdout offset {} left out: it names no sampler task and number", record.offset());
            return;
        }
        long number = Long.parseLong(index);
        waiting.computeIfAbsent(task, t -> new ArrayDeque<>())
                .add(new Entry(number, record.offset(), record.key(), face(record)));
        read.merge(task, number, Math::max);
    }

    /** The face of a record; null for a tombstone, and for what is no face: it must not end the learner at every start. */
    private @Nullable LabeledFace face(ConsumerRecord<String, byte @Nullable []> record) {
        byte[] value = record.value();
        if (value == null) {
            return null;
        }
        try {
            return (LabeledFace) codec.decode(value);
        } catch (UndecodableRecordException e) {
            log.warn("holdout offset {} left out: {}", record.offset(), e.getMessage());
            return null;
        }
    }

    private boolean hasRead(Map<String, Long> upTo) {
        return upTo.entrySet().stream().allMatch(e -> read.getOrDefault(e.getKey(), 0L) >= e.getValue());
    }

    private boolean atEnd() {
        return consumer.position(partition)
                >= consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }

    private static @Nullable String text(@Nullable Header header) {
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    /** Decodes a holdout face's image. */
    @FunctionalInterface
    public interface Decoder {
        /** Planar 8-bit RGB, or null if the image is damaged. */
        byte @Nullable [] decode(ByteBuffer image, Encoding encoding, int width, int height);
    }
}
