package io.rangestream.client;

import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import io.rangestream.schemas.wire.UndecodableRecordException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The versions of a model, as {@code model-updates} tells them: read from the beginning, committed records only, the latest
 * update of each version counts. It belongs to no consumer group and leaves no trace on the broker.
 *
 * <p>Not thread-safe, except {@link #stop}. Methods that read throw {@link KafkaException} if the broker refuses or cannot
 * be reached; a record that cannot be decoded is skipped with a warning.
 */
public final class ModelLog implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ModelLog.class);
    private static final Duration POLL = Duration.ofMillis(500);

    private final LogReader reader;
    private final String model;
    private final RecordCodec codec;
    private final TrustedKeys trusted;
    private final List<Refusal> refused = new ArrayList<>();
    private final NavigableMap<Long, ModelVersion> versions = new TreeMap<>();
    private long newestEvent;
    /** The offset that no record below may come again. */
    private long next;

    private boolean caughtUp;
    private volatile boolean stopped;

    ModelLog(LogReader reader, String model, SchemaSource schemas, TrustedKeys trusted) {
        this.trusted = trusted;
        this.reader = reader;
        this.model = model;
        this.codec = new RecordCodec(List.of(ModelUpdate.getClassSchema()), schemas);
    }

    /**
     * Opens the log; nothing is read yet.
     *
     * @param common the broker, the topics and the model's name
     * @param schemas where schemas of other releases are looked up
     * @param trusted whose updates are taken in
     */
    public static ModelLog open(CommonConfig common, SchemaSource schemas, TrustedKeys trusted) {
        LogReader reader = LogReader.open(common, common.topics().modelUpdates());
        return new ModelLog(reader, common.model(), schemas, trusted);
    }

    /**
     * Reads what is on the topic now.
     *
     * @throws TimeoutException if that takes longer than {@code timeout}
     * @throws KafkaException if the topic does not exist or cannot be read
     */
    public void readToEnd(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        reader.requireTopic(timeout);
        long end = reader.end();
        if (reader.position() > end) {
            forget();
            reader.seekToBeginning();
        }
        while (reader.position() < end) {
            poll(POLL);
            if (System.nanoTime() - deadline > 0) {
                throw new TimeoutException(
                        "%s could not be read to its end within %s ms".formatted(reader.topic(), timeout.toMillis()));
            }
        }
    }

    /**
     * Waits for updates and takes them in.
     *
     * @return the updates that came, in their order on the topic; empty after {@code timeout} without any
     */
    public List<ModelVersion> poll(Duration timeout) {
        List<ModelVersion> updates = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : reader.poll(timeout)) {
            if (record.offset() < next) {
                forget();
            }
            next = record.offset() + 1;
            ModelVersion update = take(record);
            if (update != null) {
                updates.add(update);
            }
        }
        return updates;
    }

    /**
     * Calls back with every update from where the log has been read to, as it comes, until {@link #stop}. After {@link
     * #readToEnd} that is every update from now on.
     */
    public void watch(Consumer<ModelVersion> callback) {
        try {
            while (!stopped) {
                poll(POLL).forEach(callback);
                refused.clear(); // Told in the log; nobody asks for them here.
            }
        } catch (WakeupException e) {
            if (!stopped) {
                throw e;
            }
        }
    }

    /** Every version that is on the topic, the oldest first. */
    public List<ModelVersion> list() {
        return List.copyOf(versions.values());
    }

    public Optional<ModelVersion> find(long version) {
        return Optional.ofNullable(versions.get(version));
    }

    /**
     * The version to serve: of those whose status is PROMOTED the one promoted last. That is not always the highest number:
     * a roll-back promotes an older version again.
     */
    public Optional<ModelVersion> promoted() {
        return versions.values().stream()
                .filter(version -> version.status() == ModelStatus.PROMOTED)
                .max(Comparator.comparingLong(ModelVersion::offset));
    }

    /** Ends {@link #watch}, at once; the log can only be closed afterwards. May be called from any thread. */
    public void stop() {
        stopped = true;
        reader.wakeup();
    }

    @Override
    public void close() {
        reader.close();
    }

    /** The updates that were refused since the last call. */
    List<Refusal> takeRefused() {
        List<Refusal> taken = List.copyOf(refused);
        refused.clear();
        return taken;
    }

    /** Whether everything has been read that was committed when this was asked, now or once before, of the topic as it is. */
    boolean caughtUp() {
        caughtUp = caughtUp || reader.position() >= reader.end();
        return caughtUp;
    }

    /**
     * The topic is not the one that was read. Its versions are gone; the number of the newest event is not, or who can delete topics
     * could have old events accepted.
     */
    private void forget() {
        log.warn(
                "{} was created anew: the versions read from it are forgotten{}",
                reader.topic(),
                trusted.areNamed()
                        ? "; events up to number %d are refused until this program starts again".formatted(newestEvent)
                        : "");
        versions.clear();
        caughtUp = false;
        next = 0;
    }

    private @Nullable ModelVersion take(ConsumerRecord<byte[], byte @Nullable []> record) {
        Optional<Long> version = versionOf(record.key());
        if (version.isEmpty()) {
            log.debug("{} offset {} is not about {}", reader.topic(), record.offset(), model);
            return null;
        }
        byte[] value = record.value();
        Optional<String> objection = trusted.objection(record.key(), value, record.headers());
        if (value == null) {
            if (objection.isEmpty()) {
                versions.remove(version.get());
            } else {
                log.warn("refused {} offset {}: {}", reader.topic(), record.offset(), objection.get());
            }
            return null;
        }
        try {
            if (!(codec.decode(value) instanceof ModelUpdate update)
                    || !update.getModel().equals(model)
                    || update.getVersion() != version.get()) {
                throw new UndecodableRecordException(
                        "the key %s/%s does not name the version in the record".formatted(model, version.get()));
            }
            var taken = new ModelVersion(update, record.offset());
            if (objection.isPresent()) {
                refuse(new Refusal(taken, Check.SIGNATURE, objection.get()));
                return null;
            }
            if (trusted.areNamed() && newestEvent > 0 && update.getEventNumber() <= newestEvent) {
                refuse(new Refusal(
                        taken,
                        Check.ORDER,
                        "it is event %d of the model, and event %d was read before it: an old event was written again"
                                .formatted(update.getEventNumber(), newestEvent)));
                return null;
            }
            newestEvent = Math.max(newestEvent, update.getEventNumber());
            versions.put(taken.version(), taken);
            return taken;
        } catch (UndecodableRecordException e) {
            log.warn("skipped {} offset {}: {}", reader.topic(), record.offset(), e.getMessage());
            return null;
        }
    }

    private void refuse(Refusal refusal) {
        log.warn("refused {} offset {}: {}", reader.topic(), refusal.version().offset(), refusal.reason());
        refused.add(refusal);
    }

    /** The version in a key {@code model/version}; empty if the key is of another model. */
    private Optional<Long> versionOf(byte @Nullable [] key) {
        String text = key == null ? "" : new String(key, StandardCharsets.UTF_8);
        if (!text.startsWith(model + "/")) {
            return Optional.empty();
        }
        try {
            return Optional.of(Long.valueOf(text.substring(model.length() + 1)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
