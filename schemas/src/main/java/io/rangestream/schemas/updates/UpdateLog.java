package io.rangestream.schemas.updates;

import io.rangestream.avro.ModelUpdate;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.updates.UpdateEntry.Check;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import io.rangestream.schemas.wire.UndecodableRecordException;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Decides, record by record, which of {@code model-updates} count. The one answer for learner, commands and followers.
 *
 * <p>Who trusts keys goes by what these signed, in the order of the events' numbers, and by nothing else. A record is verified
 * before anything of it is decoded. Deletions count for nothing then: they carry no number, and no learner writes any. Who trusts no key
 * goes by everything that can be read. Not thread-safe.
 */
public final class UpdateLog {
    private final String model;
    private final RecordCodec codec;
    private final TrustedKeys trusted;
    private long newestEvent;

    /**
     * @param schemas where schemas of other releases are looked up
     * @param trusted whose updates count
     */
    public UpdateLog(String model, SchemaSource schemas, TrustedKeys trusted) {
        this.model = model;
        this.codec = new RecordCodec(List.of(ModelUpdate.getClassSchema()), schemas);
        this.trusted = trusted;
    }

    /**
     * Takes in the next record of the topic.
     *
     * @throws KafkaException if the topic of schemas cannot be read; then the record can be taken in again
     */
    public UpdateEntry take(ConsumerRecord<byte[], byte @Nullable []> record) {
        Optional<VersionKey> key =
                VersionKey.parse(record.key()).filter(k -> k.model().equals(model));
        return key.isEmpty() ? new UpdateEntry.Unrelated() : take(key.get(), record);
    }

    /** The highest number of an event that counted; 0 before the first. */
    public long newestEvent() {
        return newestEvent;
    }

    private UpdateEntry take(VersionKey version, ConsumerRecord<byte[], byte @Nullable []> record) {
        byte[] value = record.value();
        Optional<String> objection = trusted.objection(record.key(), value, record.headers());
        if (objection.isPresent()) {
            return new UpdateEntry.Refused(version, record.offset(), Check.SIGNATURE, objection.get());
        }
        if (value == null) {
            return trusted.areNamed()
                    ? new UpdateEntry.Refused(
                            version, record.offset(), Check.ORDER, "it is a deletion, which has no place in the order")
                    : new UpdateEntry.Deletion(version);
        }
        ModelUpdate update;
        try {
            update = decode(version, value);
        } catch (UndecodableRecordException e) {
            return new UpdateEntry.Refused(version, record.offset(), Check.RECORD, String.valueOf(e.getMessage()));
        }
        long number = update.getEventNumber();
        if (trusted.areNamed() && newestEvent > 0 && number <= newestEvent) {
            return new UpdateEntry.Refused(
                    version,
                    record.offset(),
                    Check.ORDER,
                    "it is event %d of the model, and event %d was read before it: an old event was written again"
                            .formatted(number, newestEvent));
        }
        newestEvent = Math.max(newestEvent, number);
        return new UpdateEntry.Update(update, record.offset());
    }

    private ModelUpdate decode(VersionKey version, byte[] value) {
        try {
            if (codec.decode(value) instanceof ModelUpdate update
                    && update.getModel().equals(version.model())
                    && update.getVersion() == version.version()) {
                return update;
            }
        } catch (KafkaException e) {
            throw e; // Undecodable, or the schemas cannot be read, which says nothing about the record.
        } catch (RuntimeException | StackOverflowError e) {
            throw new UndecodableRecordException(
                    "cannot be decoded: " + e.getClass().getSimpleName(), e);
        }
        throw new UndecodableRecordException("the key %s does not name the version in the record".formatted(version));
    }
}
