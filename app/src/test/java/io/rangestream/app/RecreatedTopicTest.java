package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.Network;
import io.rangestream.avro.Training;
import io.rangestream.client.ModelLog;
import io.rangestream.client.ModelVersion;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.topics.TopicAdmin;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import io.rangestream.schemas.wire.SchemaTopic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A log of versions that is watched while its topic is deleted and created again. */
class RecreatedTopicTest {
    private static final RecordCodec CODEC = new RecordCodec(List.of(), SchemaSource.NONE);

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    private final CommonConfig common = CommonConfig.from(BROKER.settings("recreated.", Map.of()));

    @Test
    void theVersionsOfTheTopicBeforeAreForgottenAndThoseOfTheNewOneTold() throws Exception {
        // Given a watcher that has read three versions
        for (long version = 1; version <= 3; version++) {
            put(version, ModelStatus.PROMOTED);
        }
        List<String> told = new CopyOnWriteArrayList<>();
        try (var schemas = new SchemaTopic(common.topics().schemas(), common.clientConfig());
                ModelLog log = ModelLog.open(common, schemas, TrustedKeys.anyone())) {
            log.readToEnd(Duration.ofSeconds(20));
            var watcher = new Thread(() -> log.watch(update -> told.add(update + " " + update.status())));
            watcher.start();

            // When the topic is created anew and has another first version
            recreate();
            put(1, ModelStatus.CANDIDATE);

            // Then that is what there is
            WholeWay.await("the new topic's version is told", () -> !told.isEmpty());
            log.stop();
            watcher.join();
            assertEquals(List.of(common.model() + "/1 CANDIDATE"), told);
            assertEquals(
                    List.of(1L), log.list().stream().map(ModelVersion::version).toList());
        }
    }

    private void recreate() throws Exception {
        try (var admin = Admin.create(common.clientConfig())) {
            admin.deleteTopics(List.of(common.topics().modelUpdates())).all().get();
        }
        WholeWay.await("the topic is created again", () -> {
            BROKER.settings("recreated.", Map.of());
            try (var admin = new TopicAdmin(common.clientConfig())) {
                return admin.topicId(common.topics().modelUpdates()).isPresent();
            }
        });
    }

    private void put(long version, ModelStatus status) throws Exception {
        SchemaTopic.publish(common.topics().schemas(), common.clientConfig(), List.of(ModelUpdate.getClassSchema()));
        ModelUpdate update = ModelUpdate.newBuilder()
                .setModel(common.model())
                .setVersion(version)
                .setStatus(status)
                .setCreatedAt(Instant.EPOCH)
                .setArtifact(Artifact.newBuilder()
                        .setBytes(1)
                        .setSha256("")
                        .setChunks(1)
                        .build())
                .setNetwork(Network.newBuilder()
                        .setBackbone("none")
                        .setInputWidth(1)
                        .setInputHeight(1)
                        .setEmbeddingDim(1)
                        .build())
                .setTraining(Training.newBuilder().build())
                .build();
        byte[] key = (common.model() + "/" + version).getBytes(StandardCharsets.UTF_8);
        byte[] value = CODEC.encode(update);
        try (var producer =
                new KafkaProducer<>(common.clientConfig(), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(common.topics().modelUpdates(), key, value))
                    .get();
        }
    }
}
