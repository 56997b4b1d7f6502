package io.rangestream.learner.checkpoint;

import io.rangestream.learner.checkpoint.TopicIndex.Part;
import io.rangestream.schemas.storage.ObjectContent;
import io.rangestream.schemas.storage.ObjectNotFoundException;
import io.rangestream.schemas.storage.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * Objects on a compacted topic of one partition. Each part of an object is a record, key {@code folder/name/index}; headers tell
 * the SHA-256 of the whole and the number of parts. An object is there when all parts of one hash are. What was written only in
 * part is listed, so that it can be deleted, and cannot be opened.
 */
public final class TopicStore implements ObjectStore {
    private static final int PART_BYTES = 512 * 1024;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final TopicPartition partition;
    private final String folder;
    private final Producer<String, byte @Nullable []> producer;
    private final Supplier<Consumer<String, byte[]>> consumers;
    private final Duration patience;
    private final TopicIndex index;

    /**
     * @param folder put before every name
     * @param producer with {@code acks=all}; closed with the store
     * @param consumers new ones, without a group
     * @param patience how long to wait while the broker sends nothing of what it has
     */
    public TopicStore(
            String topic,
            String folder,
            Producer<String, byte @Nullable []> producer,
            Supplier<Consumer<String, byte[]>> consumers,
            Duration patience) {
        this.partition = new TopicPartition(topic, 0);
        this.folder = folder;
        this.producer = producer;
        this.consumers = consumers;
        this.patience = patience;
        this.index = new TopicIndex(partition, folder, consumers, patience);
    }

    @Override
    public URI uri(String name) {
        return URI.create("kafka:/%s/%s/%s".formatted(partition.topic(), folder, name));
    }

    @Override
    public synchronized void put(String name, ObjectContent content) throws IOException {
        int count = (int) Math.max(1, (content.length() + PART_BYTES - 1) / PART_BYTES);
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (InputStream in = content.source().open()) {
            index.catchUp();
            for (int i = 0; i < count; i++) {
                var part = record(name, i, in.readNBytes(PART_BYTES));
                part.headers().add(TopicIndex.HASH_HEADER, content.sha256().getBytes(StandardCharsets.UTF_8));
                part.headers()
                        .add(TopicIndex.COUNT_HEADER, Integer.toString(count).getBytes(StandardCharsets.UTF_8));
                sent.add(producer.send(part));
            }
            for (int surplus : index.parts(name).tailMap(count).keySet()) {
                sent.add(producer.send(record(name, surplus, null))); // Of a larger one, which may hold who is erased.
            }
            await(sent);
        } catch (KafkaException | IOException e) {
            throw failure(name, "cannot be written", e);
        }
    }

    @Override
    public synchronized InputStream open(String name) throws IOException {
        try {
            index.catchUp();
            return new PartStream(partition, whole(name), consumers.get(), patience);
        } catch (KafkaException e) {
            throw failure(name, "cannot be read", e);
        }
    }

    @Override
    public synchronized boolean exists(String name) throws IOException {
        try {
            index.catchUp();
            whole(name);
            return true;
        } catch (ObjectNotFoundException e) {
            return false;
        } catch (KafkaException e) {
            throw failure(name, "cannot be looked at", e);
        }
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        try {
            index.catchUp();
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i : index.parts(name).keySet()) {
                sent.add(producer.send(record(name, i, null)));
            }
            await(sent);
        } catch (KafkaException e) {
            throw failure(name, "cannot be deleted", e);
        }
    }

    @Override
    public synchronized List<String> list(String prefix) throws IOException {
        try {
            index.catchUp();
            return index.names().stream()
                    .filter(name -> name.startsWith(prefix))
                    .toList();
        } catch (KafkaException e) {
            throw failure(prefix, "cannot be listed", e);
        }
    }

    @Override
    public synchronized void close() {
        producer.close(CLOSE_TIMEOUT);
        index.close();
    }

    /** The parts in their order, all of them and of one object. */
    private List<Part> whole(String name) throws ObjectNotFoundException {
        Map<Integer, Part> parts = index.parts(name);
        if (parts.isEmpty()) {
            throw new ObjectNotFoundException(uri(name));
        }
        Part first = parts.get(0);
        if (first == null) {
            throw new ObjectNotFoundException(uri(name), "its first part is missing");
        }
        List<Part> whole = new ArrayList<>();
        for (int i = 0; i < first.count(); i++) {
            Part part = parts.get(i);
            if (part == null || !part.sha256().equals(first.sha256())) {
                throw new ObjectNotFoundException(uri(name), "part %d of %d is missing".formatted(i, first.count()));
            }
            whole.add(part);
        }
        return whole;
    }

    private ProducerRecord<String, byte @Nullable []> record(String name, int part, byte @Nullable [] value) {
        return new ProducerRecord<>(partition.topic(), partition.partition(), index.key(name, part), value);
    }

    private IOException failure(String name, String what, Exception e) {
        return new IOException("%s %s: %s".formatted(uri(name), what, e.getMessage()), e);
    }

    private static void await(List<Future<RecordMetadata>> sent) {
        try {
            for (Future<RecordMetadata> one : sent) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
