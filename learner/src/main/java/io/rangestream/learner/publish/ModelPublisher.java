package io.rangestream.learner.publish;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.ModelChunk;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.OrderOutcome;
import io.rangestream.schemas.hash.Sha256;
import io.rangestream.schemas.signature.SigningKey;
import io.rangestream.schemas.signature.UpdateSignature;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes a version: its chunks, its event and those of the versions that it changes, the tombstones of the versions that leave
 * retention, and the offsets of the batches it was trained on, in one transaction; or what follows from an order, together with the
 * order's outcome. A consumer sees all of it or nothing. Not thread-safe.
 */
public final class ModelPublisher {
    private static final Logger log = LoggerFactory.getLogger(ModelPublisher.class);
    private static final String CLOUD_EVENTS_VERSION = "1.0";

    private Producer<String, @Nullable SpecificRecord> producer;
    private final String updatesTopic;
    private final String weightsTopic;
    private final int chunkBytes;
    private final Optional<SigningKey> signingKey;
    private final Optional<ClaimCheck> claimCheck;
    private final RecordCodec codec = new RecordCodec(List.of(), SchemaSource.NONE);
    private long lastEvent;
    /** Whether the producer takes another transaction. */
    private boolean usable = true;

    /**
     * @param producer transactional, transactions initialised; the caller closes it
     * @param chunkBytes size of a chunk
     * @param signingKey key that events are signed with
     * @param claimCheck takes large artifacts; the caller closes it
     * @param lastEvent number of the last event on the topic, from which this one counts on
     */
    public ModelPublisher(
            Producer<String, @Nullable SpecificRecord> producer,
            String updatesTopic,
            String weightsTopic,
            int chunkBytes,
            Optional<SigningKey> signingKey,
            Optional<ClaimCheck> claimCheck,
            long lastEvent) {
        this.producer = producer;
        this.updatesTopic = updatesTopic;
        this.weightsTopic = weightsTopic;
        this.chunkBytes = chunkBytes;
        this.signingKey = signingKey;
        this.claimCheck = claimCheck;
        this.lastEvent = lastEvent;
    }

    /**
     * Goes on with another producer, as one that failed may take no transaction any more.
     *
     * @param other transactional, transactions initialised; the caller closes both
     * @param last number of the last event on the topic
     */
    void goOnWith(Producer<String, @Nullable SpecificRecord> other, long last) {
        producer = other;
        lastEvent = last;
        usable = true;
    }

    /**
     * Publishes a version and waits until it is committed. A large artifact is in its store before, and what the store has of retired
     * versions goes after.
     *
     * @param draft the event; its artifact is replaced by what was really sent
     * @param artifact the weights as a file
     * @param others what it means for the other versions
     * @param letters of faces that were left out of training
     * @param offsets next offsets of the batches topic
     * @param group the consumer's membership, which fences a learner that has lost its partition. If the group changes meanwhile and
     *     this learner keeps the partition, the version is sent again
     * @return the event as published
     * @throws UncheckedIOException if the artifact cannot be stored; then nothing was begun
     * @throws KafkaException if the transaction is not known to be committed. It may be, when the answer to the commit was
     *     lost: whoever goes on initialises the producer first, which settles it, and then reads the versions
     */
    public ModelUpdate publish(
            ModelUpdate draft,
            byte[] artifact,
            Succession others,
            List<ProducerRecord<String, @Nullable SpecificRecord>> letters,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            GroupMembership group) {
        group.current(); // Or there is nothing to store.
        Optional<Artifact> stored =
                claimCheck.flatMap(check -> check.store(draft.getModel(), draft.getVersion(), artifact));
        ModelUpdate published = commit(draft, artifact, stored, others, letters, offsets, group);
        claimCheck.ifPresent(check -> others.retired().forEach(check::delete));
        return published;
    }

    private ModelUpdate commit(
            ModelUpdate draft,
            byte[] artifact,
            Optional<Artifact> stored,
            Succession others,
            List<ProducerRecord<String, @Nullable SpecificRecord>> letters,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            GroupMembership group) {
        while (true) {
            try {
                return transact(draft, artifact, stored, others, letters, offsets, group);
            } catch (CommitFailedException e) {
                if (!usable || !group.awaitRenewal()) {
                    throw e;
                }
                log.info("the group changed while version {} was sent; sending it again", draft.getVersion());
            }
        }
    }

    private ModelUpdate transact(
            ModelUpdate draft,
            byte[] artifact,
            Optional<Artifact> stored,
            Succession others,
            List<ProducerRecord<String, @Nullable SpecificRecord>> letters,
            Map<TopicPartition, OffsetAndMetadata> offsets,
            GroupMembership group) {
        long eventBefore = lastEvent;
        producer.beginTransaction();
        try {
            ModelUpdate update = ModelUpdate.newBuilder(draft)
                    .setArtifact(stored.orElseGet(() -> sendChunks(draft.getModel(), draft.getVersion(), artifact)))
                    .setEventNumber(++lastEvent)
                    .build();
            others.retired().forEach(this::sendTombstones);
            producer.send(event(update));
            others.changed().forEach(this::sendChange);
            letters.forEach(producer::send);
            producer.sendOffsetsToTransaction(offsets, group.current());
            producer.commitTransaction();
            return update;
        } catch (KafkaException e) {
            lastEvent = eventBefore;
            abort(e);
            throw e;
        }
    }

    /**
     * Publishes what follows from an order, and its outcome, and waits until they are committed.
     *
     * @param others what it means for the versions
     * @param ordersTopic where the outcome goes
     * @throws KafkaException as {@link #publish}
     */
    public void settle(Succession others, OrderOutcome outcome, String ordersTopic) {
        long eventBefore = lastEvent;
        producer.beginTransaction();
        try {
            others.changed().forEach(this::sendChange);
            producer.send(new ProducerRecord<>(ordersTopic, outcome.getOrderId(), outcome));
            producer.commitTransaction();
        } catch (KafkaException e) {
            lastEvent = eventBefore;
            abort(e);
            throw e;
        }
    }

    private void sendChange(ModelUpdate changed) {
        producer.send(event(
                ModelUpdate.newBuilder(changed).setEventNumber(++lastEvent).build()));
    }

    private void sendTombstones(ModelUpdate retired) {
        for (int i = 0; i < retired.getArtifact().getChunks(); i++) {
            String key = chunkKey(retired.getModel(), retired.getVersion(), i);
            producer.send(new ProducerRecord<>(weightsTopic, key, null));
        }
    }

    private Artifact sendChunks(String model, long version, byte[] artifact) {
        int count = Math.max(1, (artifact.length + chunkBytes - 1) / chunkBytes);
        long firstOffset = -1;
        for (int i = 0; i < count; i++) {
            int from = i * chunkBytes;
            int length = Math.min(chunkBytes, artifact.length - from);
            ByteBuffer piece = ByteBuffer.wrap(artifact, from, length);
            String sha256 = new Sha256().add(piece.duplicate()).text();
            var chunk = new ModelChunk(model, version, i, count, piece, sha256);
            var sent = producer.send(new ProducerRecord<>(weightsTopic, chunkKey(model, version, i), chunk));
            if (i == 0) {
                firstOffset = offset(sent);
            }
        }
        return Artifact.newBuilder()
                .setBytes(artifact.length)
                .setSha256(Sha256.of(artifact))
                .setChunks(count)
                .setFirstChunkOffset(firstOffset)
                .build();
    }

    /** The event with the headers of the CloudEvents Kafka protocol binding, binary content mode, and signed where there is a key. */
    private ProducerRecord<String, @Nullable SpecificRecord> event(ModelUpdate update) {
        String key = update.getModel() + "/" + update.getVersion();
        var record = new ProducerRecord<String, @Nullable SpecificRecord>(updatesTopic, key, update);
        String status = update.getStatus().name().toLowerCase(Locale.ROOT).replace("_", "");
        Instant changedAt = update.getChangedAt();
        // A version may have a status more than once; the time tells the events apart.
        String id = changedAt == null ? status : status + "/" + changedAt.toEpochMilli();
        Map.of(
                        "ce_specversion",
                        CLOUD_EVENTS_VERSION,
                        "ce_id",
                        key + "/" + id + (update.getArtifact().getPruned() ? "/pruned" : ""),
                        "ce_source",
                        "/rangestream/" + update.getModel(),
                        "ce_type",
                        "io.rangestream.model." + status,
                        "ce_subject",
                        key,
                        "ce_time",
                        (changedAt == null ? update.getCreatedAt() : changedAt).toString(),
                        "content-type",
                        "application/avro")
                .forEach((name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
        // The producer encodes the event again, into the same bytes.
        signingKey.ifPresent(
                signer -> record.headers().add(UpdateSignature.HEADER, signer.sign(key, codec.encode(update))));
        return record;
    }

    private void abort(KafkaException cause) {
        try {
            producer.abortTransaction();
        } catch (KafkaException | IllegalStateException e) {
            // Fenced, or a commit or abort without an answer: the producer takes nothing but the same again.
            usable = false;
            if (e != cause) { // A producer in a fatal state throws one exception for everything.
                cause.addSuppressed(e);
            }
        }
    }

    private static long offset(java.util.concurrent.Future<org.apache.kafka.clients.producer.RecordMetadata> sent) {
        try {
            return sent.get().offset();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static String chunkKey(String model, long version, int index) {
        return model + "/" + version + "/" + index;
    }
}
