package io.rangestream.schemas.updates;

import io.rangestream.avro.ModelHeartbeat;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.schemas.signature.TrustedKey;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.updates.UpdateEntry.Check;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import io.rangestream.schemas.wire.UndecodableRecordException;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
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
    private @Nullable ModelHeartbeat heartbeat;

    /**
     * @param schemas where schemas of other releases are looked up
     * @param trusted whose updates count
     */
    public UpdateLog(String model, SchemaSource schemas, TrustedKeys trusted) {
        this.model = model;
        this.codec = new RecordCodec(List.of(ModelUpdate.getClassSchema(), ModelHeartbeat.getClassSchema()), schemas);
        this.trusted = trusted;
    }

    /**
     * Takes in the next record of the topic.
     *
     * @throws KafkaException if the topic of schemas cannot be read; then the record can be taken in again
     */
    public UpdateEntry take(ConsumerRecord<byte[], byte @Nullable []> record) {
        Optional<VersionKey> version =
                VersionKey.parse(record.key()).filter(key -> key.model().equals(model));
        if (version.isEmpty() && !HeartbeatKey.names(model, record.key())) {
            return new UpdateEntry.Unrelated();
        }
        try {
            return believed(version, record);
        } catch (RefusedException e) {
            return new UpdateEntry.Refused(version, record.offset(), e.failed, e.reason);
        } catch (UndecodableRecordException e) {
            return new UpdateEntry.Refused(version, record.offset(), Check.RECORD, String.valueOf(e.getMessage()));
        }
    }

    /** The highest number of an event that counted; 0 before the first. */
    public long newestEvent() {
        return newestEvent;
    }

    /** The newest heartbeat. */
    public Optional<ModelHeartbeat> heartbeat() {
        return Optional.ofNullable(heartbeat);
    }

    /** What the newest heartbeat says is there and is not, in one line; empty if nothing is missing. */
    public Optional<String> missing() {
        return heartbeat()
                .filter(beat -> beat.getEventNumber() > newestEvent)
                .map(beat ->
                        "the learner has published events up to number %d, and the newest on the topic is number %d"
                                .formatted(beat.getEventNumber(), newestEvent));
    }

    private UpdateEntry believed(Optional<VersionKey> version, ConsumerRecord<byte[], byte @Nullable []> record) {
        byte[] value = record.value();
        Optional<TrustedKey> signer = trusted.signer(record.key(), value, record.headers());
        if (signer.isEmpty() && trusted.areNamed()) {
            throw new RefusedException(Check.SIGNATURE, TrustedKeys.objection(record.headers()));
        }
        if (value == null) {
            if (trusted.areNamed()) {
                throw new RefusedException(Check.ORDER, "it is a deletion, which has no place in the order");
            }
            return version.<UpdateEntry>map(UpdateEntry.Deletion::new).orElseGet(UpdateEntry.Unrelated::new);
        }
        SpecificRecord decoded = decode(value);
        if (version.isEmpty()
                && decoded instanceof ModelHeartbeat beat
                && beat.getModel().equals(model)) {
            requireValid(signer, beat);
            requireNewer(beat);
            heartbeat = beat;
            return new UpdateEntry.Heartbeat(beat);
        }
        if (version.isPresent()
                && decoded instanceof ModelUpdate update
                && update.getModel().equals(model)
                && update.getVersion() == version.get().version()) {
            long number = update.getEventNumber();
            requireValid(signer, number);
            if (trusted.areNamed() && newestEvent > 0 && number <= newestEvent) {
                throw new RefusedException(
                        Check.ORDER,
                        "it is event %d of the model, and event %d was read before it: an old event was written again"
                                .formatted(number, newestEvent));
            }
            newestEvent = Math.max(newestEvent, number);
            return new UpdateEntry.Update(update, record.offset(), signer);
        }
        throw new UndecodableRecordException("the key %s does not name the version in the record"
                .formatted(version.map(VersionKey::toString).orElseGet(() -> HeartbeatKey.of(model))));
    }

    private void requireNewer(ModelHeartbeat beat) {
        ModelHeartbeat before = heartbeat;
        boolean older = beat.getEventNumber() < newestEvent
                || (before != null && !beat.getTime().isAfter(before.getTime()));
        if (trusted.areNamed() && older) {
            throw new RefusedException(Check.ORDER, "it is an old heartbeat, written again");
        }
    }

    /** A new key may beat before its first event. */
    private static void requireValid(Optional<TrustedKey> signer, ModelHeartbeat beat) {
        long number = beat.getEventNumber();
        boolean next = signer.filter(key -> key.firstEvent() == number + 1).isPresent();
        requireValid(signer, next ? number + 1 : number);
    }

    private static void requireValid(Optional<TrustedKey> signer, long number) {
        signer.flatMap(key -> key.objection(number)).ifPresent(reason -> {
            throw new RefusedException(Check.SIGNATURE, reason);
        });
    }

    private SpecificRecord decode(byte[] value) {
        try {
            return codec.decode(value);
        } catch (KafkaException e) {
            throw e; // Undecodable, or the schemas cannot be read, which says nothing about the record.
        } catch (RuntimeException | StackOverflowError e) {
            throw new UndecodableRecordException(
                    "cannot be decoded: " + e.getClass().getSimpleName(), e);
        }
    }

    /** Ends the checks of a record. */
    private static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final Check failed;
        private final String reason;

        RefusedException(Check failed, String reason) {
            super(reason, null, false, false);
            this.failed = failed;
            this.reason = reason;
        }
    }
}
