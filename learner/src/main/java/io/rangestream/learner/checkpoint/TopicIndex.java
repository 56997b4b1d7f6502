package io.rangestream.learner.checkpoint;

import io.rangestream.schemas.topics.TopicEnd;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;

/** Where the parts of a folder's objects lie on a topic. Not thread-safe. */
final class TopicIndex implements AutoCloseable {
    static final String HASH_HEADER = "rs-sha256";
    static final String COUNT_HEADER = "rs-count";

    private final TopicPartition partition;
    private final String folder;
    private final Pattern parts;
    private final Duration patience;
    private final Consumer<String, byte[]> consumer;
    private final TreeMap<String, SortedMap<Integer, Part>> objects = new TreeMap<>();

    /**
     * Where a part lies.
     *
     * @param sha256 hash of the object that it is a part of
     * @param count parts of that object
     */
    record Part(long offset, String sha256, int count) {}

    TopicIndex(
            TopicPartition partition, String folder, Supplier<Consumer<String, byte[]>> consumers, Duration patience) {
        this.partition = partition;
        this.folder = folder;
        this.parts = Pattern.compile(Pattern.quote(folder) + "/(.+)/([0-9]{1,9})");
        this.patience = patience;
        this.consumer = consumers.get();
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
    }

    /** Names of which at least one part is there. */
    NavigableSet<String> names() {
        return objects.navigableKeySet();
    }

    /** The parts of an object by their index, as far as they are there. */
    SortedMap<Integer, Part> parts(String name) {
        return objects.getOrDefault(name, new TreeMap<>());
    }

    String key(String name, int part) {
        return "%s/%s/%d".formatted(folder, name, part);
    }

    /**
     * Takes note of what was written since.
     *
     * @throws TimeoutException if the broker does not send what it has
     */
    void catchUp() {
        TopicEnd.readTo(consumer, partition, patience, this::note);
    }

    @Override
    public void close() {
        consumer.close();
    }

    /** Records of another model's training, of an earlier batches topic or of something else are passed over. */
    private void note(ConsumerRecord<String, byte[]> record) {
        String key = record.key();
        Matcher part = key == null ? parts.matcher("") : parts.matcher(key);
        if (!part.matches()) {
            return;
        }
        String name = part.group(1);
        int number = Integer.parseInt(part.group(2));
        Header hash = record.headers().lastHeader(HASH_HEADER);
        Header count = record.headers().lastHeader(COUNT_HEADER);
        if (record.value() == null) {
            SortedMap<Integer, Part> left = parts(name);
            left.remove(number);
            if (left.isEmpty()) {
                objects.remove(name);
            }
        } else if (hash != null && count != null) {
            objects.computeIfAbsent(name, n -> new TreeMap<>())
                    .put(number, new Part(record.offset(), text(hash), Integer.parseInt(text(count))));
        }
    }

    private static String text(Header header) {
        return new String(header.value(), StandardCharsets.UTF_8);
    }
}
