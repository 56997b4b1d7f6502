package io.rangestream.learner.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.TrustedRecords;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownProducerIdException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(TrustedRecords.class)
class PublishingRightTest {
    private static final Map<TopicPartition, OffsetAndMetadata> OFFSETS =
            Map.of(new TopicPartition("batches", 0), new OffsetAndMetadata(42));
    private static final Instant AT = Instant.parse("2026-02-03T04:05:06.789Z");
    private static final Succession NOTHING = new Succession(new VersionHistory(), "", AT);

    private final List<FallibleProducer> producers = new ArrayList<>();
    private final VersionHistory known = new VersionHistory();
    private VersionHistory topic = new VersionHistory();
    private boolean holdsPartition = true;

    /** A producer that, once it has met a fatal error, throws that for everything, as the real one does. */
    private static final class FallibleProducer extends MockProducer<String, byte[]> {
        private @Nullable KafkaException fatal;
        private @Nullable RuntimeException abort;

        FallibleProducer() {
            super(true, null, new StringSerializer(), new ByteArraySerializer());
        }

        @Override
        public void commitTransaction() {
            if (fatal != null) {
                throw fatal;
            }
            super.commitTransaction();
        }

        @Override
        public void abortTransaction() {
            if (fatal != null || abort != null) {
                throw fatal != null ? fatal : abort;
            }
            super.abortTransaction();
        }
    }

    static Stream<KafkaException> fatalErrors() {
        return Stream.of(
                new InvalidPidMappingException("the transactional id has expired"),
                new ProducerFencedException("a command was here"),
                new InvalidProducerEpochException("the transaction took too long"),
                new OutOfOrderSequenceException("what was written before is gone"),
                new UnknownProducerIdException("what was written before is gone"),
                new TimeoutException("no answer to the commit"),
                new KafkaException("in error state", new InvalidPidMappingException("expired")));
    }

    @ParameterizedTest
    @MethodSource("fatalErrors")
    void aProducerThatHasFailedIsReplacedAndTheVersionPublishedOnce(KafkaException fatal) {
        var right = right();
        var publisher = publisher(right, 40);
        producers.get(0).fatal = fatal;

        KafkaException thrown = assertThrows(KafkaException.class, () -> publish(right, publisher));
        ModelUpdate published = publish(right, publisher);

        assertSame(fatal, thrown);
        assertEquals(2, producers.size());
        assertTrue(producers.get(0).closed());
        assertEquals(List.of(), producers.get(0).history());
        assertEquals(1, producers.get(1).commitCount());
        assertEquals(41, published.getEventNumber(), "without a gap");
    }

    @Test
    void aVersionWhoseCommitWasAnsweredTooLateIsNotPublishedAgain() {
        var right = right();
        var publisher = publisher(right, 40);
        producers.get(0).fatal = new TimeoutException("no answer to the commit");
        assertThrows(TimeoutException.class, () -> publish(right, publisher));
        topic = history(ModelUpdate.newBuilder(draft()).setEventNumber(41).build());

        ModelUpdate published = publish(right, publisher);

        assertEquals(41, published.getEventNumber());
        assertEquals(0, producers.get(1).commitCount());
    }

    @Test
    void nobodyIsFencedBeforeTheGroupHasSaidWhoHasThePartition() {
        var right = right();
        var publisher = publisher(right, 40);
        producers.get(0).fatal = new ProducerFencedException("another learner began, perhaps");
        assertThrows(ProducerFencedException.class, () -> publish(right, publisher));
        holdsPartition = false;

        assertThrows(CommitFailedException.class, () -> publish(right, publisher));

        assertEquals(1, producers.size());
    }

    @Test
    void whatAnotherLearnerHasPublishedMeanwhileStands() {
        var right = right();
        var publisher = publisher(right, 40);
        producers.get(0).fatal = new ProducerFencedException("another learner began");
        assertThrows(ProducerFencedException.class, () -> publish(right, publisher));
        topic = history(ModelUpdate.newBuilder(draft())
                .setCreatedAt(AT.plusMillis(1))
                .setEventNumber(41)
                .build());

        assertThrows(OvertakenException.class, () -> publish(right, publisher));

        assertEquals(0, producers.get(1).commitCount());
    }

    @Test
    void anAbortWithoutAnAnswerAfterARefusedCommitCostsTheProducerAlone() {
        var right = new PublishingRight(
                this::producer,
                () -> topic,
                new FixedMembership() {
                    @Override
                    public boolean awaitRenewal() {
                        return true; // It is still this learner's.
                    }
                },
                member -> {});
        var publisher = publisher(right, 40);
        producers.get(0).sendOffsetsToTransactionException = new CommitFailedException("another generation");
        producers.get(0).abort = new TimeoutException("no answer to the abort");

        assertThrows(CommitFailedException.class, () -> publish(right, publisher));
        ModelUpdate published = publish(right, publisher);

        assertEquals(41, published.getEventNumber());
        assertEquals(1, producers.get(1).commitCount());
    }

    @Test
    void aProducerThatCannotBeginIsClosed() {
        var failing = new FallibleProducer();
        failing.initTransactionException = new TimeoutException("no answer");

        assertThrows(
                TimeoutException.class,
                () -> new PublishingRight(() -> failing, () -> topic, new FixedMembership(), member -> {}));

        assertTrue(failing.closed());
        assertFalse(failing.transactionInitialized());
    }

    private PublishingRight right() {
        return new PublishingRight(this::producer, () -> topic, new FixedMembership(), member -> {
            if (!holdsPartition) {
                throw new CommitFailedException("another learner has it");
            }
        });
    }

    private FallibleProducer producer() {
        var producer = new FallibleProducer();
        producers.add(producer);
        return producer;
    }

    private static ModelPublisher publisher(PublishingRight right, long lastEvent) {
        return new ModelPublisher(
                right.producer(),
                "face",
                "model-updates",
                "model-weights",
                1000,
                Optional.empty(),
                Optional.empty(),
                Versions.historyOf(lastEvent));
    }

    private ModelUpdate publish(PublishingRight right, ModelPublisher publisher) {
        if (topic.lastEvent() == 0) {
            Versions.passOver(topic, 99, 40); // Forty events of versions that have gone.
        }
        return right.publish(publisher, known, draft(), new byte[2500], NOTHING, List.of(), OFFSETS);
    }

    private static VersionHistory history(ModelUpdate... versions) {
        var history = new VersionHistory();
        for (ModelUpdate version : versions) {
            history.add(version);
        }
        return history;
    }

    private static ModelUpdate draft() {
        return ModelUpdate.newBuilder(Versions.version(7, ModelStatus.PROMOTED, "abc", 0))
                .setCreatedAt(AT)
                .build();
    }
}
