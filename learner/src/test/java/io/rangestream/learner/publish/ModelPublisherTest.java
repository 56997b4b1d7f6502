package io.rangestream.learner.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.ModelChunk;
import io.rangestream.avro.ModelHeartbeat;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.OrderOutcome;
import io.rangestream.learner.TrustedRecords;
import io.rangestream.schemas.signature.SigningKey;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(TrustedRecords.class)
class ModelPublisherTest {
    private static final int CHUNK = 1000;
    private static final RecordCodec CODEC = new RecordCodec(
            List.of(
                    ModelUpdate.getClassSchema(),
                    ModelChunk.getClassSchema(),
                    ModelHeartbeat.getClassSchema(),
                    OrderOutcome.getClassSchema()),
            SchemaSource.NONE);
    private static final Map<TopicPartition, OffsetAndMetadata> OFFSETS =
            Map.of(new TopicPartition("batches", 0), new OffsetAndMetadata(42));
    private static final Instant AT = Instant.parse("2026-02-03T04:05:06.789Z");
    private static final Succession NOTHING = new Succession(new VersionHistory(), "", AT);
    private static final GroupMembership GROUP = new FixedMembership();

    private final MockProducer<String, byte[]> producer = new StubbornProducer();
    private final ModelPublisher publisher = new ModelPublisher(
            producer,
            "face",
            "model-updates",
            "model-weights",
            CHUNK,
            Optional.empty(),
            Optional.empty(),
            Versions.historyOf(40));
    private final byte[] artifact = new byte[2500];

    /** After a commit without an answer, the real producer takes nothing but another commit. */
    private static final class StubbornProducer extends MockProducer<String, byte[]> {
        StubbornProducer() {
            super(true, null, new StringSerializer(), new ByteArraySerializer());
        }

        @Override
        public void abortTransaction() {
            if (commitTransactionException instanceof TimeoutException) {
                throw new IllegalStateException("commitTransaction must be retried");
            }
            super.abortTransaction();
        }
    }

    @BeforeEach
    void begin() {
        producer.initTransactions();
        new Random(1).nextBytes(artifact);
    }

    @Test
    void nothingIsVisibleBeforeTheOneCommit() {
        publish(NOTHING);

        assertTrue(producer.transactionCommitted());
        assertEquals(1, producer.commitCount());
        assertEquals(4, producer.history().size());
    }

    @Test
    void aSignedEventIsWhatTheKeySigned(@TempDir Path folder) throws Exception {
        Path publicKey = folder.resolve("key.pub");
        SigningKey.generate(folder.resolve("key"), publicKey);
        var signing = new ModelPublisher(
                producer,
                "face",
                "model-updates",
                "model-weights",
                CHUNK,
                Optional.of(SigningKey.read(folder.resolve("key"))),
                Optional.empty(),
                new VersionHistory());

        signing.publish(draft(), artifact, NOTHING, List.of(), OFFSETS, GROUP);

        ProducerRecord<String, byte[]> event = producer.history().get(3);
        assertTrue(TrustedKeys.read(publicKey)
                .signer(event.key().getBytes(UTF_8), event.value(), event.headers())
                .isPresent());
    }

    @Test
    void theChunksMakeUpTheArtifact() throws Exception {
        ModelUpdate published = publish(NOTHING);

        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < 3; i++) {
            ProducerRecord<String, byte[]> record = producer.history().get(i);
            var chunk = (ModelChunk) CODEC.decode(record.value());
            var piece = new byte[chunk.getBytes().remaining()];
            chunk.getBytes().duplicate().get(piece);
            bytes.write(piece);
            assertEquals("model-weights", record.topic());
            assertEquals("face/7/" + i, record.key());
            assertEquals(List.of(i, 3, 7L), List.of(chunk.getIndex(), chunk.getCount(), chunk.getVersion()));
            assertEquals(sha256(piece), chunk.getSha256());
            assertEquals(i < 2 ? CHUNK : 500, piece.length);
        }
        assertArrayEquals(artifact, bytes.toByteArray());
        assertEquals(2500, published.getArtifact().getBytes());
        assertEquals(3, published.getArtifact().getChunks());
        assertEquals(sha256(artifact), published.getArtifact().getSha256());
        assertEquals(0, published.getArtifact().getFirstChunkOffset());
    }

    @Test
    void anArtifactOfWholeChunksHasNoEmptyOne() {
        ModelUpdate published = publisher.publish(draft(), new byte[2 * CHUNK], NOTHING, List.of(), OFFSETS, GROUP);

        assertEquals(2, published.getArtifact().getChunks());
    }

    @Test
    void theEventCarriesTheHeadersOfCloudEvents() {
        ModelUpdate published = publish(NOTHING);

        ProducerRecord<String, byte[]> event = producer.history().get(3);
        assertEquals("model-updates", event.topic());
        assertEquals("face/7", event.key());
        assertEquals(published, CODEC.decode(event.value()));
        assertEquals("1.0", header(event, "ce_specversion"));
        assertEquals("face/7/promoted", header(event, "ce_id"));
        assertEquals("io.rangestream.model.promoted", header(event, "ce_type"));
        assertEquals("/rangestream/face", header(event, "ce_source"));
        assertEquals("face/7", header(event, "ce_subject"));
        assertEquals("2026-01-02T03:04:05.678Z", header(event, "ce_time"));
        assertEquals("application/avro", header(event, "content-type"));
    }

    @Test
    void eventsAreCountedOnFromTheLastOnTheTopicThoseOfOtherVersionsToo() {
        var history = new VersionHistory();
        history.add(Versions.version(1, ModelStatus.PROMOTED, "", 1));
        var others = new Succession(history, "", AT);
        others.makeRoomFor(7);

        assertEquals(41, publish(others).getEventNumber());
        assertEquals(43, publish(NOTHING).getEventNumber());

        assertEquals(
                List.of(41L, 42L, 43L),
                producer.history().stream()
                        .filter(record -> record.topic().equals("model-updates"))
                        .map(record -> ((ModelUpdate) CODEC.decode(record.value())).getEventNumber())
                        .toList());
    }

    @Test
    void theOffsetsAreInTheTransaction() {
        publish(NOTHING);

        assertEquals(List.of(Map.of("learners", OFFSETS)), producer.consumerGroupOffsetsHistory());
    }

    @Test
    void theChunksOfRetiredVersionsAreTombstonedAndTheirEventsSaySo() {
        var history = new VersionHistory();
        history.add(Versions.version(1, ModelStatus.PROMOTED, "", 1));
        history.add(Versions.version(2, ModelStatus.REJECTED, "", 2));
        var others = new Succession(history, "", AT);
        others.makeRoomFor(7);
        others.retain(draft(), 7, 1);

        publish(others);

        List<String> tombstones = producer.history().stream()
                .filter(record -> record.value() == null)
                .map(record -> record.topic() + " " + record.key())
                .toList();
        assertEquals(List.of("model-weights face/1/0", "model-weights face/2/0", "model-weights face/2/1"), tombstones);
        List<ProducerRecord<String, byte[]>> events = producer.history().stream()
                .filter(record -> record.topic().equals("model-updates"))
                .toList();
        assertEquals(
                List.of(
                        "face/7/promoted",
                        "face/1/superseded/" + AT.toEpochMilli() + "/pruned",
                        "face/2/rejected/pruned"),
                events.stream().map(event -> header(event, "ce_id")).toList());
        assertEquals(AT.toString(), header(events.get(1), "ce_time"));
    }

    @Test
    void anOrderIsOneTransactionWithItsOutcome() {
        var history = new VersionHistory();
        history.add(Versions.version(1, ModelStatus.SUPERSEDED, "", 1));
        history.add(Versions.version(2, ModelStatus.PROMOTED, "", 1));
        var others = new Succession(history, "order-1", AT);
        others.promote(1, "worse", 2);
        var outcome = new OrderOutcome("face", "order-1", true, "done", AT, "", 0L);

        publisher.settle(others, outcome, "model-orders");

        assertEquals(1, producer.commitCount());
        assertEquals(
                List.of("model-updates face/1", "model-updates face/2", "model-orders order-1"),
                producer.history().stream()
                        .map(record -> record.topic() + " " + record.key())
                        .toList());
        assertEquals(outcome, CODEC.decode(producer.history().get(2).value()));
        assertEquals(
                "face/2/rolledback/" + AT.toEpochMilli(),
                header(producer.history().get(1), "ce_id"));
    }

    @Test
    void anOrderThatCannotBeCommittedChangesNothing() {
        producer.commitTransactionException = new ProducerFencedException("another learner began");
        var history = new VersionHistory();
        history.add(Versions.version(1, ModelStatus.CANDIDATE, "", 1));
        var others = new Succession(history, "order-1", AT);
        others.promote(1, "as good", 0);

        assertThrows(
                ProducerFencedException.class,
                () -> publisher.settle(
                        others, new OrderOutcome("face", "order-1", true, "", AT, "", 0L), "model-orders"));

        assertEquals(List.of(), producer.history());
    }

    @Test
    void aFailureAbortsAndNothingIsVisible() {
        producer.sendOffsetsToTransactionException = new KafkaException("the partition went to another learner");

        var e = assertThrows(KafkaException.class, () -> publish(NOTHING));

        assertSame(producer.sendOffsetsToTransactionException, e);
        assertTrue(producer.transactionAborted());
        assertFalse(producer.transactionCommitted());
        assertEquals(List.of(), producer.history());
        assertEquals(List.of(), producer.consumerGroupOffsetsHistory());
    }

    @Test
    void aVersionIsSentAgainWhenTheGroupChangedMeanwhile() {
        producer.sendOffsetsToTransactionException = new CommitFailedException("another generation");
        var group = new FixedMembership() {
            @Override
            public boolean awaitRenewal() {
                producer.sendOffsetsToTransactionException = null;
                return true;
            }
        };

        ModelUpdate published = publisher.publish(draft(), artifact, NOTHING, List.of(), OFFSETS, group);

        assertEquals(1, producer.commitCount());
        assertEquals(4, producer.history().size());
        assertEquals(41, published.getEventNumber(), "what was aborted was no event");
    }

    @Test
    void aVersionIsNotSentAgainByALearnerThatLostThePartition() {
        producer.sendOffsetsToTransactionException = new CommitFailedException("another generation");

        assertThrows(CommitFailedException.class, () -> publish(NOTHING));

        assertEquals(List.of(), producer.history());
    }

    @Test
    void aFencedLearnerPublishesNothingAndSaysThatItWasFenced() {
        producer.commitTransactionException = new ProducerFencedException("another learner began");

        assertThrows(ProducerFencedException.class, () -> publish(NOTHING));

        assertEquals(List.of(), producer.history());
    }

    @Test
    void aCommitWithoutAnAnswerIsToldAsThat() {
        producer.commitTransactionException = new TimeoutException("no answer within 60 s");

        var e = assertThrows(TimeoutException.class, () -> publish(NOTHING));

        assertEquals("no answer within 60 s", e.getMessage());
    }

    @Test
    void aHeartbeatSaysWhichEventsThereAre() {
        publish(NOTHING);

        publisher.heartbeat(AT);

        ProducerRecord<String, byte[]> beat = producer.history().get(4);
        assertEquals("model-updates face/heartbeat", beat.topic() + " " + beat.key());
        assertEquals(new ModelHeartbeat("face", AT, 41L, 7L, 7L), CODEC.decode(beat.value()));
        assertEquals(42, publish(NOTHING).getEventNumber(), "a heartbeat is no event");
    }

    @Test
    void theHighestVersionEverMadeIsInEveryEvent() {
        publish(NOTHING);
        var history = new VersionHistory();
        history.add(Versions.version(1, ModelStatus.CANDIDATE, "", 1));
        var others = new Succession(history, "order-1", AT);
        others.promote(1, "as good", 0);

        publisher.settle(others, new OrderOutcome("face", "order-1", true, "", AT, "", 0L), "model-orders");

        assertEquals(
                List.of(7L, 7L),
                producer.history().stream()
                        .filter(record -> record.topic().equals("model-updates"))
                        .map(record -> ((ModelUpdate) CODEC.decode(record.value())).getHighestVersion())
                        .toList());
    }

    @Test
    void aHeartbeatWithoutAnAnswerIsSettledBeforeTheNextTransaction() {
        producer.commitTransactionException = new TimeoutException("no answer within 60 s");
        assertThrows(TimeoutException.class, () -> publisher.heartbeat(AT));
        producer.commitTransactionException = null;

        publish(NOTHING);

        assertEquals(2, producer.commitCount());
        assertEquals(5, producer.history().size());
    }

    @Test
    void aFencedLearnerBeatsNoMore() {
        producer.commitTransactionException = new ProducerFencedException("another learner began");

        assertThrows(ProducerFencedException.class, () -> publisher.heartbeat(AT));

        assertEquals(List.of(), producer.history());
    }

    private ModelUpdate publish(Succession others) {
        return publisher.publish(draft(), artifact, others, List.of(), OFFSETS, GROUP);
    }

    private static ModelUpdate draft() {
        return Versions.version(7, ModelStatus.PROMOTED, "", 0);
    }

    private static String header(ProducerRecord<?, ?> record, String name) {
        Header header = record.headers().lastHeader(name);
        return new String(header.value(), StandardCharsets.UTF_8);
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
