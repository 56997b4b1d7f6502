package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.Evaluation;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.Network;
import io.rangestream.avro.Training;
import io.rangestream.client.ClientConfig;
import io.rangestream.client.ModelFollower;
import io.rangestream.client.ModelListener;
import io.rangestream.client.ModelVersion;
import io.rangestream.client.Refusal;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.publish.GroupMembership;
import io.rangestream.learner.publish.ModelPublisher;
import io.rangestream.learner.publish.Succession;
import io.rangestream.learner.publish.VersionHistory;
import io.rangestream.learner.training.Trainer;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A follower takes in chunks before their transaction is committed, and must make nothing of those that never are. */
class AbortedVersionTest {
    private static final int CHUNK_BYTES = 16 * 1024;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    private final List<String> told = Collections.synchronizedList(new ArrayList<>());

    @Test
    void ofAVersionThatWasAbortedNothingIsServedAndTheNextOfItsNumberIs() throws Exception {
        Settings settings = BROKER.settings("aborted.", Map.of());
        CommonConfig common = CommonConfig.from(settings);
        var producerConfig = common.clientConfig();
        producerConfig.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "aborted.learner");
        try (var producer =
                new KafkaProducer<String, byte[]>(producerConfig, new StringSerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            var publisher = new ModelPublisher(
                    producer,
                    common.model(),
                    common.topics().modelUpdates(),
                    common.topics().modelWeights(),
                    CHUNK_BYTES,
                    Optional.empty(),
                    Optional.empty(),
                    new VersionHistory());

            // Given a follower that serves a version, and so waits for the chunks of the next
            publish(common, publisher, 1, network(1), new Member(producer, true));
            try (ModelFollower follower = ModelFollower.start(common, ClientConfig.ofDefaults(), listener())) {
                WholeWay.await("version 1 serves", () -> told.equals(List.of("serves face/1")));

                // When the next is written to its end and not committed
                assertThrows(
                        CommitFailedException.class,
                        () -> publish(common, publisher, 2, network(2), new Member(producer, false)));

                // Then the next of its number, of which the bytes are others, is the one that serves
                ModelUpdate second = publish(common, publisher, 2, network(3), new Member(producer, true));
                WholeWay.await("version 2 serves", () -> told.size() > 1);
                assertEquals(List.of("serves face/1", "serves face/2"), told);
                assertEquals(
                        second.getArtifact().getSha256(),
                        follower.current().orElseThrow().update().getArtifact().getSha256());
            }
        }
    }

    /** A place in the group that is good to publish from, or is lost when all is sent. */
    private static final class Member implements GroupMembership {
        private final KafkaProducer<?, ?> producer;
        private final boolean keeps;
        private int asked;

        Member(KafkaProducer<?, ?> producer, boolean keeps) {
            this.producer = producer;
            this.keeps = keeps;
        }

        @Override
        public ConsumerGroupMetadata current() {
            asked++;
            if (!keeps && asked > 1) {
                producer.flush(); // All of the version is on the topics then.
                throw new CommitFailedException("another learner's");
            }
            return new ConsumerGroupMetadata("aborted.learners");
        }

        @Override
        public boolean awaitRenewal() {
            return false;
        }
    }

    private ModelListener listener() {
        return new ModelListener() {
            @Override
            public void onSwap(ModelVersion swapped) {
                told.add("serves face/" + swapped.version());
            }

            @Override
            public void onRefused(Refusal refusal) {
                told.add("refuses " + refusal);
            }
        };
    }

    private static byte[] network(int seed) {
        try (var trainer = new Trainer(LearnerConfig.from(networkSettings(seed)))) {
            return trainer.backbone().exportOnnx(trainer.published());
        }
    }

    private static Settings networkSettings(int seed) {
        return Settings.of(Map.of(
                LearnerConfig.SEED, Integer.toString(seed),
                LearnerConfig.INPUT_SIZE, "32",
                LearnerConfig.WIDTH, "0.25",
                LearnerConfig.EMBEDDING_DIM, "16"));
    }

    private static ModelUpdate publish(
            CommonConfig common, ModelPublisher publisher, long version, byte[] artifact, GroupMembership group) {
        Instant at = Instant.now();
        ModelUpdate draft = ModelUpdate.newBuilder()
                .setModel(common.model())
                .setVersion(version)
                .setStatus(ModelStatus.PROMOTED)
                .setCreatedAt(at)
                .setArtifact(Artifact.newBuilder()
                        .setBytes(0)
                        .setSha256("")
                        .setChunks(0)
                        .build())
                .setNetwork(Network.newBuilder()
                        .setBackbone("compact")
                        .setInputWidth(32)
                        .setInputHeight(32)
                        .setEmbeddingDim(16)
                        .build())
                .setTraining(Training.newBuilder().build())
                .setEvaluation(Evaluation.newBuilder().setThreshold(0.5).build())
                .build();
        return publisher.publish(
                draft,
                artifact,
                new Succession(new VersionHistory(), "", at),
                List.of(),
                Map.of(new TopicPartition(common.topics().batches(), 0), new OffsetAndMetadata(version)),
                group);
    }
}
