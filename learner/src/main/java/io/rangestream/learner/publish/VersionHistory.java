package io.rangestream.learner.publish;

import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.schemas.signature.UpdateSignature;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The published versions of a model, each as its latest event says. Not thread-safe. */
public final class VersionHistory {
    private final TreeMap<Long, Entry> versions = new TreeMap<>();
    private long events;
    private boolean signed;
    private long lastEvent;

    /** @param order which event it was: of two, the later one has the higher number */
    private record Entry(ModelUpdate update, long order) {}

    /** No version yet. */
    public VersionHistory() {}

    /**
     * Reads all committed versions of a model.
     *
     * @param consumer of the model-updates topic, read-committed; the caller closes it
     * @param patience how long to wait for the next record
     * @throws TimeoutException if the broker sends nothing for that long
     */
    public static VersionHistory read(
            Consumer<String, @Nullable ModelUpdate> consumer, String topic, String model, Duration patience) {
        var history = new VersionHistory();
        var partition = new TopicPartition(topic, 0);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        long position = consumer.position(partition);
        long deadline = System.nanoTime() + patience.toNanos();
        while (position < end) {
            consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                ModelUpdate update = record.value();
                if (update != null && update.getModel().equals(model)) {
                    history.add(update);
                    history.signed = record.headers().lastHeader(UpdateSignature.HEADER) != null;
                }
            });
            if (consumer.position(partition) > position) {
                position = consumer.position(partition);
                deadline = System.nanoTime() + patience.toNanos();
            } else if (System.nanoTime() - deadline > 0) {
                throw new TimeoutException(
                        "%s stops at offset %d of %d: the broker sends no more".formatted(topic, position, end));
            }
        }
        return history;
    }

    /** Takes in an event just published: a new version, or a change of one. */
    public void add(ModelUpdate update) {
        versions.put(update.getVersion(), new Entry(update, events++));
        lastEvent = Math.max(lastEvent, update.getEventNumber());
    }

    /** The newest version, whatever its status. */
    public Optional<ModelUpdate> last() {
        return Optional.ofNullable(versions.lastEntry())
                .map(Map.Entry::getValue)
                .map(Entry::update);
    }

    /**
     * The promoted version. Releases before 0.2 left the ones before it PROMOTED as well: then it is the one promoted last, as it is
     * for those who follow the topic.
     */
    public Optional<ModelUpdate> promoted() {
        return versions.values().stream()
                .filter(entry -> entry.update().getStatus() == ModelStatus.PROMOTED)
                .max(Comparator.comparingLong(Entry::order))
                .map(Entry::update);
    }

    /** The highest number of an event; 0 before the first. */
    public long lastEvent() {
        return lastEvent;
    }

    /** A version. */
    public Optional<ModelUpdate> find(long version) {
        return Optional.ofNullable(versions.get(version)).map(Entry::update);
    }

    /** Whether the last event that was read is signed. */
    public boolean isSigned() {
        return signed;
    }

    /** Every version, the oldest first. */
    public List<ModelUpdate> all() {
        return versions.values().stream().map(Entry::update).toList();
    }
}
