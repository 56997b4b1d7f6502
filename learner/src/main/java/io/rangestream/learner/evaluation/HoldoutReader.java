package io.rangestream.learner.evaluation;

import io.rangestream.avro.LabeledFace;
import io.rangestream.learner.records.PassedOver;
import io.rangestream.learner.records.SamplerTasks;
import io.rangestream.schemas.identity.NameRule;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.UndecodableRecordException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Reads the holdout topic up to exactly where the batches say it was.
 *
 * <p>Each record carries in its headers the sampler task that wrote it ({@code rs-task}) and its number among that task's
 * ({@code rs-holdout-index}). A batch names how many its task had written; what lies beyond is read but waits, so that
 * the same batches always meet the same holdout.
 *
 * <p>A record whose key is not that of its face, or a face whose number was dealt with before, is foreign and passed over. A foreign number ahead
 * of its task's waits for that number and holds nothing up. Numbers may be missing, since compaction removes superseded records; that they
 * are, and are not merely out of sight behind another producer's open transaction, is known once everything has been read that was written
 * by then. Numbers that are all there may be foreign, too: an erasure reads on to that point whatever there is, and a tombstone counts however
 * late it comes behind a foreign record of its number. Not thread-safe.
 */
public final class HoldoutReader implements AutoCloseable {
    /** Header with the name of the sampler task. */
    public static final String TASK_HEADER = "rs-task";
    /** Header with the record's number among its task's, decimal, from 1. */
    public static final String INDEX_HEADER = "rs-holdout-index";

    private static final Pattern INDEX = Pattern.compile("[1-9][0-9]{0,17}");
    private static final Duration POLL = Duration.ofMillis(100);
    private static final long NONE = -1;

    private final Consumer<String, byte @Nullable []> consumer;
    private final RecordCodec codec;
    private final TopicPartition partition;
    private final LongSupplier writtenEnd;
    private final PassedOver passedOver;
    private final Map<String, NavigableMap<Long, List<Entry>>> waiting = new HashMap<>();
    private final Map<String, Long> taken = new HashMap<>();
    private final TreeMap<String, LabeledFace> faces = new TreeMap<>();
    private final Map<String, Long> appliedOffsets = new HashMap<>();
    private long target = NONE;
    /** Whether the target was looked up for an erasure. */
    private boolean forErasure;

    private record Entry(long offset, String key, @Nullable LabeledFace face) {}

    /**
     * @param consumer of the holdout topic, read-committed, not subscribed yet; closed with this reader
     * @param codec reads LabeledFace
     * @param writtenEnd where the topic ends, records of open transactions included
     */
    public HoldoutReader(
            Consumer<String, byte @Nullable []> consumer, String topic, RecordCodec codec, LongSupplier writtenEnd) {
        this.consumer = consumer;
        this.codec = codec;
        this.partition = new TopicPartition(topic, 0);
        this.writtenEnd = writtenEnd;
        this.passedOver = new PassedOver(topic);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
    }

    /**
     * Takes in each task's records up to the given number, once they can be read.
     *
     * @param upTo per task, how many holdout records its last batch named
     * @return false if some may be there that cannot be read yet; then nothing was taken in, and another call goes on
     */
    public boolean advance(Map<String, Long> upTo) {
        return advance(upTo, false);
    }

    /**
     * As {@link #advance}, before an erasure is acknowledged: its tombstones are taken in although foreign records bear their numbers, as
     * everything is read that was written by now.
     */
    public boolean advanceForErasure(Map<String, Long> upTo) {
        return advance(upTo, true);
    }

    private boolean advance(Map<String, Long> upTo, boolean erasure) {
        while (erasure || !hasEach(upTo)) {
            if (target == NONE || (erasure && !forErasure)) {
                target = writtenEnd.getAsLong();
                forErasure = erasure;
            }
            long position = consumer.position(partition);
            if (position >= target) {
                break; // What is missing by now was superseded.
            }
            if (read() == 0 && consumer.position(partition) == position) {
                return false;
            }
        }
        target = NONE;
        forErasure = false;
        upTo.forEach((task, last) -> {
            NavigableMap<Long, List<Entry>> due = waiting(task).headMap(last, true);
            if (!due.isEmpty()) {
                due.values().forEach(this::apply);
                taken.put(task, due.lastKey()); // Not what the batch claims, which may be absurd.
                due.clear();
            }
        });
        return true;
    }

    /** The faces taken in and not erased since, by key. */
    public Map<String, LabeledFace> faces() {
        return faces;
    }

    /** Name of the topic. */
    public String topic() {
        return partition.topic();
    }

    /** Foreign records passed over so far. */
    public long foreign() {
        return passedOver.count();
    }

    @Override
    public void close() {
        consumer.close();
    }

    private boolean hasEach(Map<String, Long> upTo) {
        return upTo.entrySet().stream().allMatch(e -> {
            long missing = e.getValue() - taken.getOrDefault(e.getKey(), 0L);
            return missing <= 0
                    || waiting(e.getKey()).headMap(e.getValue(), true).size() >= missing;
        });
    }

    private int read() {
        int count = 0;
        for (ConsumerRecord<String, byte @Nullable []> record : consumer.poll(POLL)) {
            try {
                remember(record);
            } catch (RuntimeException e) {
                consumer.seek(partition, record.offset()); // Whoever tries again begins with this one.
                throw e;
            }
            count++;
        }
        return count;
    }

    /** Of one number only one record is a sampler's. That may be the tombstone, so a face does not come back over it. */
    private void apply(List<Entry> sameNumber) {
        Set<String> takenBack = sameNumber.stream()
                .filter(entry -> entry.face() == null)
                .map(Entry::key)
                .collect(Collectors.toSet());
        for (Entry entry : sameNumber) {
            if (entry.face() == null || !takenBack.contains(entry.key())) {
                apply(entry);
            }
        }
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
        if (task == null
                || index == null
                || !SamplerTasks.isName(task)
                || !INDEX.matcher(index).matches()) {
            passedOver.add(record.offset(), "it names no sampler task and number");
            return;
        }
        long number = Long.parseLong(index);
        boolean late = number <= taken.getOrDefault(task, 0L);
        if (late && record.value() != null) {
            passedOver.add(
                    record.offset(),
                    "it says that it is number %d of task %s, which came before".formatted(number, task));
            return;
        }
        Entry entry;
        try {
            entry = entry(record);
        } catch (UndecodableRecordException e) {
            passedOver.add(record.offset(), String.valueOf(e.getMessage()));
            return;
        }
        if (late) {
            apply(entry); // The record of its number that came before may be a foreign one.
            return;
        }
        // A foreign record may bear a number that comes yet; both count, so that a tombstone is never lost.
        waiting(task).computeIfAbsent(number, n -> new ArrayList<>(1)).add(entry);
    }

    private Entry entry(ConsumerRecord<String, byte @Nullable []> record) {
        String key = record.key();
        byte[] value = record.value();
        LabeledFace face = value == null ? null : (LabeledFace) codec.decode(value);
        if (key == null || key.indexOf('/') < 1) {
            throw new UndecodableRecordException("its key is no identity and face_id");
        }
        if (face != null && !key.equals(face.getIdentity() + "/" + face.getFaceId())) {
            throw new UndecodableRecordException("its key is not that of its face");
        }
        if (face != null
                && !(NameRule.IDENTITY.isNormal(face.getIdentity()) && NameRule.FACE_ID.isNormal(face.getFaceId()))) {
            throw new UndecodableRecordException("its identity or face_id is no normalised name");
        }
        return new Entry(record.offset(), key, face);
    }

    private NavigableMap<Long, List<Entry>> waiting(String task) {
        return waiting.computeIfAbsent(task, t -> new TreeMap<>());
    }

    private static @Nullable String text(@Nullable Header header) {
        return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    /** Decodes a holdout face's image. */
    @FunctionalInterface
    public interface Decoder {
        /** Planar 8-bit RGB, or null if the image is damaged. */
        byte @Nullable [] decode(LabeledFace face);
    }
}
