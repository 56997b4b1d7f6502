package io.rangestream.app.correction;

import io.rangestream.avro.Erasure;
import io.rangestream.avro.LearnerProgress;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.wire.Fingerprint;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaTopic;
import io.rangestream.schemas.wire.UndecodableRecordException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Watches how an erasure is complied with. A task's answer is the Erasure that it puts into {@code batches} in the same
 * transaction in which it empties its stores and the holdout; the learner's is the sequence of that Erasure on {@code
 * learner-progress}. To be opened before the order is written, or an answer may be missed. Not thread-safe.
 */
public final class ErasureWatch implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final byte[] BATCH_HEADER = Fingerprint.header(TrainingBatch.getClassSchema());

    private final KafkaConsumer<String, byte[]> consumer;
    private final SchemaTopic schemas;
    private final RecordCodec codec;
    private final String batches;
    private final String model;
    /** Each task's answer. */
    private final Map<String, Erasure> answers = new TreeMap<>();
    /** Tasks whose answer the learner has dealt with. */
    private final TreeSet<String> learnt = new TreeSet<>();

    private Map<String, Long> learnerErasures = Map.of();

    private ErasureWatch(CommonConfig common) {
        Map<String, Object> config = common.clientConfig();
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
        batches = common.topics().batches();
        model = common.model();
        schemas = new SchemaTopic(common.topics().schemas(), common.clientConfig());
        codec = new RecordCodec(
                List.of(Erasure.getClassSchema(), TrainingBatch.getClassSchema(), LearnerProgress.getClassSchema()),
                schemas);
    }

    /** Watches from now on. */
    public static ErasureWatch open(CommonConfig common) {
        var watch = new ErasureWatch(common);
        var from = List.of(
                new TopicPartition(watch.batches, 0),
                new TopicPartition(common.topics().learnerProgress(), 0));
        watch.consumer.assign(from);
        watch.consumer.seekToEnd(from);
        from.forEach(watch.consumer::position); // Which makes the seek happen now.
        return watch;
    }

    /**
     * Waits until every task and the learner have complied.
     *
     * @param identity normalised
     * @param orders offset of the tombstone by faces partition
     * @param tell told of each step, in one line
     * @return who has not complied within the time, one text each; empty if all have
     */
    public List<String> await(String identity, Map<Integer, Long> orders, Duration timeout, Consumer<String> tell) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (learnt.size() < orders.size()) {
            if (System.nanoTime() > deadline) {
                return missing(orders);
            }
            int answered = answers.size();
            int known = learnt.size();
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                read(record, identity, orders);
            }
            answers.forEach((task, answer) -> {
                if (learnerErasures.getOrDefault(task, -1L) >= answer.getSequence()) {
                    learnt.add(task);
                }
            });
            if (answers.size() > answered) {
                tell.accept("sampler: %d of %d tasks have complied".formatted(answers.size(), orders.size()));
            }
            if (learnt.size() > known) {
                tell.accept("learner: has complied with %d of %d tasks".formatted(learnt.size(), orders.size()));
            }
        }
        return List.of();
    }

    /** What the tasks that have answered had of the person, in one line. */
    public String found() {
        if (answers.values().stream().anyMatch(answer -> answer.getBuffered() < 0)) {
            return "found: not every task says what it had";
        }
        long buffered =
                answers.values().stream().mapToLong(Erasure::getBuffered).sum();
        long heldOut = answers.values().stream().mapToLong(Erasure::getHeldOut).sum();
        long tasks = answers.values().stream()
                .filter(answer -> answer.getBuffered() + answer.getHeldOut() > 0)
                .count();
        return tasks == 0
                ? "found: nobody of this name in the buffers or the holdout"
                : "found: %d faces in the buffers and %d in the holdout, on %d of %d tasks"
                        .formatted(buffered, heldOut, tasks, answers.size());
    }

    @Override
    public void close() {
        consumer.close();
        schemas.close();
    }

    private void read(ConsumerRecord<String, byte[]> record, String identity, Map<Integer, Long> orders) {
        byte[] value = record.value();
        // A batch may be megabytes of faces, and is not what is looked for.
        if (value == null || Arrays.equals(value, 0, prefix(value), BATCH_HEADER, 0, BATCH_HEADER.length)) {
            return;
        }
        SpecificRecord decoded;
        try {
            decoded = codec.decode(value);
        } catch (UndecodableRecordException e) {
            return; // The learner has to deal with it, and says so.
        }
        if (decoded instanceof Erasure erasure
                && erasure.getIdentity().equals(identity)
                && orders.getOrDefault(partition(erasure.getTask()), -1L).equals(erasure.getFacesOffset())) {
            answers.put(erasure.getTask(), erasure);
        } else if (decoded instanceof LearnerProgress progress
                && progress.getModel().equals(model)) {
            learnerErasures = progress.getErasures();
        }
    }

    private List<String> missing(Map<Integer, Long> orders) {
        var missing = new ArrayList<String>();
        for (int partition : orders.keySet()) {
            if (answers.keySet().stream().noneMatch(task -> partition(task) == partition)) {
                missing.add("the sampler task of partition " + partition);
            }
        }
        if (answers.isEmpty() || learnt.size() < answers.size()) {
            missing.add("the learner");
        }
        return missing;
    }

    private static int prefix(byte[] value) {
        return Math.min(value.length, BATCH_HEADER.length);
    }

    /** A task's name ends with the partition of faces it works on (Kafka's TaskId: subtopology_partition). */
    static int partition(String task) {
        String number = task.substring(task.lastIndexOf('_') + 1);
        return number.matches("[0-9]{1,9}") ? Integer.parseInt(number) : -1;
    }
}
