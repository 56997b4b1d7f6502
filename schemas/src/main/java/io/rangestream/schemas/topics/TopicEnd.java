package io.rangestream.schemas.topics;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Reads a partition to where it ends now. */
public final class TopicEnd {
    private static final Duration POLL = Duration.ofMillis(200);

    private TopicEnd() {}

    /**
     * Reads on from where the consumer stands. However long that takes, as long as something comes.
     *
     * @param consumer assigned to the partition and to no other; its isolation level says where the end is
     * @param patience how long to wait while nothing comes
     * @param each takes the records in their order
     * @return the end
     * @throws TimeoutException if nothing comes for that long
     */
    public static <K extends @Nullable Object, V extends @Nullable Object> long readTo(
            Consumer<K, V> consumer,
            TopicPartition partition,
            Duration patience,
            java.util.function.Consumer<? super ConsumerRecord<K, V>> each) {
        long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        long position = consumer.position(partition);
        long deadline = System.nanoTime() + patience.toNanos();
        while (position < end) {
            consumer.poll(POLL).forEach(each::accept);
            if (consumer.position(partition) > position) {
                position = consumer.position(partition);
                deadline = System.nanoTime() + patience.toNanos();
            } else if (System.nanoTime() - deadline > 0) {
                throw new TimeoutException("%s stops at offset %d of %d: the broker sends no more"
                        .formatted(partition.topic(), position, end));
            }
        }
        return end;
    }
}
