package io.rangestream.learner.publish;

import io.rangestream.avro.ModelUpdate;
import io.rangestream.schemas.signature.SigningKey;
import io.rangestream.schemas.signature.UpdateSignature;
import io.rangestream.schemas.topics.TopicEnd;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.UndecodableRecordException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the versions of a model from their topic. What cannot be read is passed over with a warning.
 *
 * <p>Whoever signs believes what its own key signed, in the order in which it was signed; before the first such event also what is of the
 * time before the key, signed by an older one or not at all. Of that time an event is if it has a lower number, and if its version is none
 * that the numbering does not reach.
 */
public final class HistoryReader {
    private static final Logger log = LoggerFactory.getLogger(HistoryReader.class);

    private final TopicPartition partition;
    private final String model;
    private final RecordCodec codec;
    private final Optional<SigningKey> key;

    /**
     * @param topic of the model updates
     * @param codec reads ModelUpdate
     * @param key that the model's learners sign with; without one everything is believed
     */
    public HistoryReader(String topic, String model, RecordCodec codec, Optional<SigningKey> key) {
        this.partition = new TopicPartition(topic, 0);
        this.model = model;
        this.codec = codec;
        this.key = key;
    }

    /**
     * Reads all committed versions.
     *
     * @param consumer read-committed; the caller closes it
     * @param patience how long to wait while nothing comes
     * @throws TimeoutException if the broker sends nothing for that long
     */
    public VersionHistory read(Consumer<byte[], byte @Nullable []> consumer, Duration patience) {
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        var reading = new Reading();
        long end = TopicEnd.readTo(consumer, partition, patience, reading::take);
        return reading.history(end);
    }

    private record Event(long offset, ModelUpdate update, boolean signed) {
        long version() {
            return update.getVersion();
        }
    }

    private final class Reading {
        private final List<Event> earlier = new ArrayList<>();
        private final List<Event> verified = new ArrayList<>();
        private final Set<Long> passedOver = new TreeSet<>();
        private long firstNumber;
        private long lastNumber;

        void take(ConsumerRecord<byte[], byte @Nullable []> record) {
            Optional<Long> version = versionOf(record.key());
            byte[] value = record.value();
            if (version.isEmpty() || value == null) {
                return;
            }
            Optional<String> objection = key.flatMap(own -> own.objection(record.key(), value, record.headers()));
            if (objection.isPresent() && !verified.isEmpty()) {
                passOver(record.offset(), version.get(), objection.get());
                return;
            }
            ModelUpdate update;
            try {
                update = decode(value, version.get());
            } catch (UndecodableRecordException e) {
                passOver(record.offset(), version.get(), String.valueOf(e.getMessage()));
                return;
            }
            var event = new Event(record.offset(), update, record.headers().lastHeader(UpdateSignature.HEADER) != null);
            if (key.isEmpty() || objection.isPresent()) {
                earlier.add(event);
            } else if (lastNumber > 0 && update.getEventNumber() <= lastNumber) {
                passOver(
                        event.offset(),
                        event.version(),
                        "event %d, which stands behind event %d, was written again"
                                .formatted(update.getEventNumber(), lastNumber));
            } else {
                firstNumber = verified.isEmpty() ? update.getEventNumber() : firstNumber;
                lastNumber = update.getEventNumber();
                verified.add(event);
            }
        }

        VersionHistory history(long end) {
            var history = new VersionHistory();
            long reached = reached();
            for (Event event : earlier) {
                if (verified.isEmpty() || isOfTheTimeBefore(event, reached)) {
                    history.add(event.update(), event.signed());
                } else {
                    passOver(
                            event.offset(),
                            event.version(),
                            "this key did not sign it, and it does not fit what this key signed");
                }
            }
            verified.forEach(event -> history.add(event.update(), true));
            history.passedOver(passedOver, end);
            return history;
        }

        private boolean isOfTheTimeBefore(Event event, long reached) {
            return event.version() <= reached
                    && (firstNumber == 0 || event.update().getEventNumber() < firstNumber);
        }

        /** The highest version that is verified, or that follows on it without a gap. */
        private long reached() {
            Set<Long> unverified = earlier.stream().map(Event::version).collect(Collectors.toSet());
            long highest = verified.stream().mapToLong(Event::version).max().orElse(0);
            while (unverified.contains(highest + 1)) {
                highest++;
            }
            return highest;
        }

        private void passOver(long offset, long version, String reason) {
            log.warn("{} offset {}, of version {}, is passed over: {}", partition.topic(), offset, version, reason);
            passedOver.add(version);
        }
    }

    private ModelUpdate decode(byte[] value, long version) {
        if (codec.decode(value) instanceof ModelUpdate update
                && update.getModel().equals(model)
                && update.getVersion() == version) {
            return update;
        }
        throw new UndecodableRecordException(
                "the key %s/%d does not name the version in the record".formatted(model, version));
    }

    /** The version in a key {@code model/version}; empty if the key is of another model. */
    private Optional<Long> versionOf(byte @Nullable [] recordKey) {
        String text = recordKey == null ? "" : new String(recordKey, StandardCharsets.UTF_8);
        String number = text.startsWith(model + "/") ? text.substring(model.length() + 1) : "";
        return number.matches("[0-9]{1,18}") ? Optional.of(Long.valueOf(number)) : Optional.empty();
    }
}
