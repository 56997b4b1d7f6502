package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.Network;
import io.rangestream.avro.Training;
import io.rangestream.client.ClientConfig;
import io.rangestream.client.ModelLog;
import io.rangestream.client.ModelVersion;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.signature.SigningKey;
import io.rangestream.schemas.updates.VersionKey;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import io.rangestream.schemas.wire.SchemaTopic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** An operator introduces a key, replaces it and revokes it, by command, while somebody else writes to the topic, too. */
class AdoptionTest {
    private static final String PREFIX = "adopted.";
    private static final RecordCodec CODEC = new RecordCodec(List.of(), SchemaSource.NONE);

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    private Path folder;

    private final CommonConfig common = CommonConfig.from(BROKER.settings(PREFIX, Map.of()));

    @BeforeEach
    void begin() throws Exception {
        SchemaTopic.publish(common.topics().schemas(), common.clientConfig(), List.of(ModelUpdate.getClassSchema()));
        for (String key : List.of("first", "second")) {
            SigningKey.generate(folder.resolve(key), folder.resolve(key + ".pub"));
        }
    }

    @Test
    void whatIsThereIsSignedOnceItWasShownAndConfirmed() throws Exception {
        // Given versions of a learner without a key, and one of somebody else
        put(1, ModelStatus.SUPERSEDED);
        put(2, ModelStatus.PROMOTED);
        put(900, ModelStatus.PROMOTED);
        assertEquals(List.of(), versions("first.pub"));
        CommandRun ordered = orderWith("first");
        assertEquals(2, ordered.exit());
        assertTrue(ordered.err().contains("no trusted key signed any: 'rangestream models adopt'"), ordered.err());

        // When the operator looks, and signs two of the three
        CommandRun all = adopt("first", "");
        CommandRun two = adopt("first", "", "1", "2");
        assertTrue(all.out().contains("    900  PROMOTED"), all.out());
        assertTrue(all.out().contains("signed by\n") && all.out().contains("nobody\n"), all.out());
        assertTrue(!two.out().contains("900"), two.out());
        CommandRun other = adopt("first", "", "1", "2", "--confirm", digest(all));
        assertEquals(1, other.exit());
        assertTrue(other.err().contains("the topic does not say what was confirmed"), other.err());
        assertEquals(List.of(), versions("first.pub"));
        CommandRun signed = adopt("first", "", "1", "2", "--confirm", digest(two));

        // Then they count for who trusts the key, and the other does not
        assertEquals(0, signed.exit(), signed.err());
        assertEquals("signed: 1 2", signed.out().strip());
        assertEquals(List.of("1 SUPERSEDED 2", "2 PROMOTED 2"), versions("first.pub"));
        assertEquals(List.of(), versions("second.pub"));

        // And when the key is replaced and revoked, the next one takes over what was signed by it
        Files.writeString(folder.resolve("revoked"), "last-event: 0\n" + Files.readString(folder.resolve("first.pub")));
        CommandRun revoked = adopt("second", "revoked", "1", "2");
        assertTrue(revoked.out().contains("whose event "), revoked.out());
        CommandRun again = adopt("second", "revoked", "1", "2", "--confirm", digest(revoked));
        assertEquals(0, again.exit(), again.err());
        assertEquals(List.of("1 SUPERSEDED 2", "2 PROMOTED 2"), versions("second.pub"));
        CommandRun rest = adopt("second", "revoked", "--none");
        assertTrue(rest.out().contains("signs none of it"), rest.out());
    }

    private static String digest(CommandRun shown) {
        assertEquals(0, shown.exit(), shown.err());
        String out = shown.out();
        int at = out.indexOf("--confirm ") + "--confirm ".length();
        return out.substring(at, at + 16);
    }

    private CommandRun adopt(String key, String trusted, String... more) {
        var arguments = new ArrayList<>(List.of("models", "adopt"));
        arguments.addAll(List.of(more));
        arguments.addAll(List.of("-D", LearnerConfig.SIGNING_KEY + "=" + folder.resolve(key)));
        if (!trusted.isEmpty()) {
            arguments.addAll(List.of("-D", LearnerConfig.TRUSTED_KEYS + "=" + folder.resolve(trusted)));
        }
        return CommandRun.of(BROKER, PREFIX, arguments);
    }

    private CommandRun orderWith(String key) {
        return CommandRun.of(
                BROKER,
                PREFIX,
                List.of(
                        "models",
                        "promote",
                        "2",
                        "--expect",
                        "0",
                        "--reason",
                        "test",
                        "-D",
                        LearnerConfig.SIGNING_KEY + "=" + folder.resolve(key)));
    }

    /** Number, status and the highest version that the event knows of. */
    private List<String> versions(String trusted) {
        Settings settings = BROKER.settings(
                PREFIX,
                Map.of(ClientConfig.TRUSTED_KEYS, folder.resolve(trusted).toString()));
        try (var schemas = new SchemaTopic(common.topics().schemas(), common.clientConfig());
                ModelLog log = ModelLog.open(
                        common, schemas, ClientConfig.from(settings).trusted())) {
            log.readToEnd(Duration.ofSeconds(20));
            return log.list().stream()
                    .map(ModelVersion::update)
                    .map(update ->
                            "%d %s %d".formatted(update.getVersion(), update.getStatus(), update.getHighestVersion()))
                    .toList();
        }
    }

    private void put(long version, ModelStatus status) throws Exception {
        ModelUpdate update = ModelUpdate.newBuilder()
                .setModel(common.model())
                .setVersion(version)
                .setStatus(status)
                .setCreatedAt(Instant.EPOCH)
                .setArtifact(Artifact.newBuilder()
                        .setBytes(1)
                        .setSha256("0123456789abcdef0123456789abcdef")
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
        send(new VersionKey(common.model(), version).toString(), CODEC.encode(update));
    }

    private void send(String key, byte @Nullable [] value) throws Exception {
        try (var producer =
                new KafkaProducer<>(common.clientConfig(), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(
                            common.topics().modelUpdates(), key.getBytes(StandardCharsets.UTF_8), value))
                    .get();
        }
    }
}
