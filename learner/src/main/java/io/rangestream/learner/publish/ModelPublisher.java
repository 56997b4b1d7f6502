package io.rangestream.learner.publish;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.ModelChunk;
import io.rangestream.avro.ModelHeartbeat;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.OrderOutcome;
import io.rangestream.schemas.hash.Sha256;
import io.rangestream.schemas.signature.SigningKey;
import io.rangestream.schemas.signature.UpdateSignature;
import io.rangestream.schemas.updates.HeartbeatKey;
import io.rangestream.schemas.updates.UpdateHeaders;
import io.rangestream.schemas.updates.VersionKey;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Headers;
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
    /** Of a chunk's record, about, beside the piece. */
    private static final int CHUNK_OVERHEAD = 256;

    private Producer<String, byte @Nullable []> producer;
    private final String model;
    private final String updatesTopic;
    private final String weightsTopic;
    private final int chunkBytes;
    private final Optional<SigningKey> signingKey;
    private final Optional<ClaimCheck> claimCheck;
    private final RecordCodec codec = new RecordCodec(List.of(), SchemaSource.NONE);
    private final VersionHistory history;
    private Unsettled unsettled = Unsettled.NOTHING;
    /** Whether the producer takes another transaction. */
    private boolean usable = true;

    /** What the producer has not been told the end of; until then it takes nothing else. */
    private enum Unsettled {
        NOTHING,
        COMMIT,
        ABORT
    }

    /**
     * @param producer transactional, transactions initialised; the caller closes it
     * @param chunkBytes size of a chunk
     * @param signingKey key that events are signed with
     * @param claimCheck takes large artifacts; the caller closes it
     * @param history the versions on the topic; has those that are published here once they are committed
     */
    public ModelPublisher(
            Producer<String, byte @Nullable []> producer,
            String model,
            String updatesTopic,
            String weightsTopic,
            int chunkBytes,
            Optional<SigningKey> signingKey,
            Optional<ClaimCheck> claimCheck,
            VersionHistory history) {
        this.producer = producer;
        this.model = model;
        this.updatesTopic = updatesTopic;
        this.weightsTopic = weightsTopic;
        this.chunkBytes = chunkBytes;
        this.signingKey = signingKey;
        this.claimCheck = claimCheck;
        this.history = history;
    }

    /**
     * Goes on with another producer, as one that failed may take no transaction any more.
     *
     * @param other transactional, transactions initialised; the caller closes both
     * @param topic what is committed now: events are counted on from there
     */
    void goOnWith(Producer<String, byte @Nullable []> other, VersionHistory topic) {
        producer = other;
        history.countOnFrom(topic.lastEvent());
        unsettled = Unsettled.NOTHING;
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
        begin();
        try {
            var key = new VersionKey(draft.getModel(), draft.getVersion());
            var events = new ArrayList<ModelUpdate>();
            events.add(ModelUpdate.newBuilder(draft)
                    .setArtifact(stored.orElseGet(() -> sendChunks(key, artifact)))
                    .build());
            events.addAll(others.changed());
            others.retired().forEach(this::sendTombstones);
            List<ModelUpdate> sent = sendEvents(events);
            letters.forEach(this::sendLetter);
            producer.sendOffsetsToTransaction(offsets, group.current());
            commit();
            sent.forEach(history::add);
            return sent.get(0);
        } catch (KafkaException e) {
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
        begin();
        try {
            List<ModelUpdate> sent = sendEvents(others.changed());
            producer.send(new ProducerRecord<>(ordersTopic, outcome.getOrderId(), codec.encode(outcome)));
            commit();
            sent.forEach(history::add);
        } catch (KafkaException e) {
            abort(e);
            throw e;
        }
    }

    /**
     * Publishes changes of versions, and then a heartbeat, and waits until they are committed.
     *
     * @throws KafkaException as {@link #publish}
     */
    public void change(Succession others, Instant at) {
        begin();
        try {
            List<ModelUpdate> sent = sendEvents(others.changed());
            commit();
            sent.forEach(history::add);
        } catch (KafkaException e) {
            abort(e);
            throw e;
        }
        heartbeat(at);
    }

    /**
     * Tells followers which events there are, so that they know that nothing newer is kept from them; waits until that is committed.
     *
     * @throws KafkaException if it is not known to be committed. It does no harm then, and another can be sent
     */
    public void heartbeat(Instant at) {
        begin();
        try {
            ModelHeartbeat beat = history.heartbeat(model, at);
            producer.send(signed(HeartbeatKey.of(model), codec.encode(beat)));
            commit();
        } catch (KafkaException e) {
            abort(e);
            throw e;
        }
    }

    /** Numbers events on from the last one, and sends them. */
    private List<ModelUpdate> sendEvents(List<ModelUpdate> events) {
        long number = history.lastEvent();
        long highest = history.highestVersion();
        for (ModelUpdate event : events) {
            highest = Math.max(highest, event.getVersion());
        }
        var sent = new ArrayList<ModelUpdate>();
        for (ModelUpdate event : events) {
            ModelUpdate numbered = ModelUpdate.newBuilder(event)
                    .setEventNumber(++number)
                    .setHighestVersion(highest)
                    .build();
            String key = new VersionKey(numbered.getModel(), numbered.getVersion()).toString();
            ProducerRecord<String, byte @Nullable []> record = signed(key, codec.encode(numbered));
            Headers headers = record.headers();
            UpdateHeaders.of(numbered)
                    .forEach((name, text) -> headers.add(name, text.getBytes(StandardCharsets.UTF_8)));
            producer.send(record);
            sent.add(numbered);
        }
        return sent;
    }

    /** A record of the topic of updates, signed as it is sent where there is a key. */
    private ProducerRecord<String, byte @Nullable []> signed(String key, byte[] value) {
        var record = new ProducerRecord<String, byte @Nullable []>(updatesTopic, key, value);
        signingKey.ifPresent(signer -> record.headers().add(UpdateSignature.HEADER, signer.sign(key, value)));
        return record;
    }

    private void sendLetter(ProducerRecord<String, @Nullable SpecificRecord> letter) {
        SpecificRecord value = letter.value();
        producer.send(new ProducerRecord<>(
                letter.topic(),
                letter.partition(),
                letter.timestamp(),
                letter.key(),
                value == null ? null : codec.encode(value),
                letter.headers()));
    }

    private void sendTombstones(ModelUpdate retired) {
        var version = new VersionKey(retired.getModel(), retired.getVersion());
        for (int i = 0; i < retired.getArtifact().getChunks(); i++) {
            producer.send(new ProducerRecord<>(weightsTopic, version.chunk(i).toString(), null));
        }
    }

    private Artifact sendChunks(VersionKey version, byte[] artifact) {
        int count = Math.max(1, (artifact.length + chunkBytes - 1) / chunkBytes);
        long firstOffset = -1;
        for (int i = 0; i < count; i++) {
            int from = i * chunkBytes;
            int length = Math.min(chunkBytes, artifact.length - from);
            ByteBuffer piece = ByteBuffer.wrap(artifact, from, length);
            String sha256 = new Sha256().add(piece.duplicate()).text();
            var chunk = new ModelChunk(version.model(), version.version(), i, count, piece, sha256);
            byte[] value = codec.encode(chunk, length + CHUNK_OVERHEAD);
            var sent = producer.send(
                    new ProducerRecord<>(weightsTopic, version.chunk(i).toString(), value));
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

    private void begin() {
        switch (unsettled) {
            case COMMIT -> producer.commitTransaction();
            case ABORT -> producer.abortTransaction();
            case NOTHING -> {}
        }
        unsettled = Unsettled.NOTHING;
        producer.beginTransaction();
        usable = true;
    }

    private void commit() {
        try {
            producer.commitTransaction();
        } catch (TimeoutException | InterruptException e) {
            unsettled = Unsettled.COMMIT;
            throw e;
        }
    }

    private void abort(KafkaException cause) {
        if (unsettled == Unsettled.COMMIT) {
            usable = false;
            return; // After a commit without an answer, the producer takes nothing but another commit.
        }
        try {
            producer.abortTransaction();
        } catch (TimeoutException | InterruptException e) {
            unsettled = Unsettled.ABORT;
            usable = false;
            suppress(cause, e);
        } catch (KafkaException | IllegalStateException e) {
            usable = false; // Fenced, perhaps.
            suppress(cause, e);
        }
    }

    /** A producer in a fatal state throws one exception for everything. */
    private static void suppress(KafkaException cause, RuntimeException further) {
        if (further != cause) {
            cause.addSuppressed(further);
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
}
