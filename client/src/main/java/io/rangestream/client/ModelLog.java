package io.rangestream.client;

import io.rangestream.avro.ModelHeartbeat;
import io.rangestream.avro.ModelStatus;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.updates.UpdateEntry;
import io.rangestream.schemas.updates.UpdateLog;
import io.rangestream.schemas.wire.SchemaSource;
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
 * be reached, and have the same records to read again then. A record that counts for nothing ({@link UpdateLog}) is passed over with a warning.
 */
public final class ModelLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelLog.class);
    private static final Duration POLL = Duration.ofMillis(500);

    private final LogReader reader;
    private final UpdateLog log;
    private final TrustedKeys trusted;
    private final List<Refusal> refused = new ArrayList<>();
    private final NavigableMap<Long, ModelVersion> versions = new TreeMap<>();
    /** The offset that no record below may come again. */
    private long next;

    private boolean caughtUp;
    private volatile boolean stopped;

    ModelLog(LogReader reader, String model, SchemaSource schemas, TrustedKeys trusted) {
        this.trusted = trusted;
        this.reader = reader;
        this.log = new UpdateLog(model, schemas, trusted);
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
            try {
                take(record).ifPresent(updates::add);
            } catch (RuntimeException | Error e) {
                reader.seek(record.offset()); // Or it would be passed over.
                throw e;
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

    /** The newest heartbeat of the learner. */
    Optional<ModelHeartbeat> heartbeat() {
        return log.heartbeat();
    }

    /** What the newest heartbeat says is there and was not read, where keys are trusted. */
    Optional<String> missing() {
        return trusted.areNamed() && caughtUp ? log.missing() : Optional.empty();
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
        LOG.warn(
                "{} was created anew: the versions read from it are forgotten{}",
                reader.topic(),
                trusted.areNamed()
                        ? "; events up to number %d are refused until this program starts again"
                                .formatted(log.newestEvent())
                        : "");
        versions.clear();
        caughtUp = false;
        next = 0;
    }

    private Optional<ModelVersion> take(ConsumerRecord<byte[], byte @Nullable []> record) {
        if (record.offset() < next) {
            forget();
        }
        UpdateEntry entry = log.take(record);
        next = record.offset() + 1;
        if (entry instanceof UpdateEntry.Update update) {
            var version = new ModelVersion(update.update(), update.offset());
            versions.put(version.version(), version);
            return Optional.of(version);
        }
        if (entry instanceof UpdateEntry.Deletion deletion) {
            versions.remove(deletion.version().version());
        } else if (entry instanceof UpdateEntry.Refused refusal) {
            LOG.warn("refused {} offset {}: {}", reader.topic(), refusal.offset(), refusal.reason());
            refused.add(Refusal.of(refusal));
        }
        return Optional.empty();
    }
}
