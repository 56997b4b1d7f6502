package io.rangestream.learner.publish;

import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.signature.UpdateSignature;
import io.rangestream.schemas.topics.TopicEnd;
import io.rangestream.schemas.updates.UpdateEntry;
import io.rangestream.schemas.updates.UpdateEntry.Check;
import io.rangestream.schemas.updates.UpdateLog;
import io.rangestream.schemas.updates.VersionKey;
import io.rangestream.schemas.wire.SchemaSource;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the versions of a model from their topic, as {@link UpdateLog} believes them. The rest is passed over with a warning. */
public final class HistoryReader {
    private static final Logger log = LoggerFactory.getLogger(HistoryReader.class);

    private final TopicPartition partition;
    private final String model;
    private final SchemaSource schemas;
    private final TrustedKeys trusted;

    /**
     * @param topic of the model updates
     * @param schemas where schemas of other releases are looked up
     * @param trusted whose events count
     */
    public HistoryReader(String topic, String model, SchemaSource schemas, TrustedKeys trusted) {
        this.partition = new TopicPartition(topic, 0);
        this.model = model;
        this.schemas = schemas;
        this.trusted = trusted;
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
        var updates = new UpdateLog(model, schemas, trusted);
        var history = new VersionHistory();
        long end = TopicEnd.readTo(consumer, partition, patience, record -> take(record, updates, history));
        history.ends(end);
        updates.missing()
                .ifPresent(what -> log.warn(
                        "events of {} are missing from {}, where others write, too: {}",
                        model,
                        partition.topic(),
                        what));
        return history;
    }

    private void take(ConsumerRecord<byte[], byte @Nullable []> record, UpdateLog updates, VersionHistory history) {
        UpdateEntry entry = updates.take(record);
        if (entry instanceof UpdateEntry.Update update) {
            history.add(update.update(), record.headers().lastHeader(UpdateSignature.HEADER) != null);
            if (trusted.areNamed()) {
                history.reached(update.update().getHighestVersion());
            }
        } else if (entry instanceof UpdateEntry.Heartbeat beat && trusted.areNamed()) {
            history.beaten(beat.heartbeat());
        } else if (entry instanceof UpdateEntry.Deletion deletion) {
            history.remove(deletion.version().version());
        } else if (entry instanceof UpdateEntry.Refused refused) {
            log.warn(
                    "{} offset {}, of {}, is passed over: {}",
                    partition.topic(),
                    refused.offset(),
                    refused.version()
                            .map(version -> "version " + version.version())
                            .orElse("a heartbeat"),
                    refused.reason());
            refused.version()
                    .map(VersionKey::version)
                    .ifPresent(version -> history.passOver(version, refused.failed() == Check.SIGNATURE));
        }
    }
}
