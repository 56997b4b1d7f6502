package io.rangestream.learner.checkpoint;

import io.rangestream.learner.checkpoint.TopicIndex.Part;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Reads the parts of an object one after the other, with a consumer of its own. Not thread-safe. */
final class PartStream extends InputStream {
    private static final Duration POLL = Duration.ofMillis(200);

    private final TopicPartition partition;
    private final Iterator<Part> parts;
    private final Consumer<String, byte[]> consumer;
    private final Duration patience;
    private final Deque<ConsumerRecord<String, byte[]>> fetched = new ArrayDeque<>();
    private long next = -1;
    private byte[] current = {};
    private int at;

    /** @param consumer closed with the stream */
    PartStream(TopicPartition partition, List<Part> parts, Consumer<String, byte[]> consumer, Duration patience) {
        this.partition = partition;
        this.parts = parts.iterator();
        this.consumer = consumer;
        this.patience = patience;
        consumer.assign(List.of(partition));
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        while (at == current.length) {
            if (!parts.hasNext()) {
                return length == 0 ? 0 : -1;
            }
            current = fetch(parts.next());
            at = 0;
        }
        int read = Math.min(length, current.length - at);
        System.arraycopy(current, at, into, offset, read);
        at += read;
        return read;
    }

    @Override
    public void close() {
        consumer.close();
    }

    private byte[] fetch(Part part) throws IOException {
        try {
            if (part.offset() != next) {
                fetched.clear();
                consumer.seek(partition, part.offset());
            }
            next = part.offset() + 1;
            ConsumerRecord<String, byte[]> record = take();
            if (record.offset() != part.offset() || record.value() == null) {
                throw new IOException("%s offset %d is gone".formatted(partition.topic(), part.offset()));
            }
            return record.value();
        } catch (KafkaException e) {
            throw new IOException("%s cannot be read: %s".formatted(partition.topic(), e.getMessage()), e);
        }
    }

    private ConsumerRecord<String, byte[]> take() throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (fetched.isEmpty()) {
            consumer.poll(POLL).forEach(fetched::add);
            if (fetched.isEmpty() && System.nanoTime() - deadline > 0) {
                throw new IOException("%s: the broker sends no more".formatted(partition.topic()));
            }
        }
        return fetched.remove();
    }
}
