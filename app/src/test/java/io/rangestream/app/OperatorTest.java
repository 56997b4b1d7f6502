package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rangestream.app.health.HealthConfig;
import io.rangestream.app.health.IdentitiesPage;
import io.rangestream.app.health.Page;
import io.rangestream.avro.Encoding;
import io.rangestream.avro.LabeledFace;
import io.rangestream.sampler.Sampler;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What an operator asks and does: identities by HTTP, dead letters by command. */
class OperatorTest {
    private static final RecordCodec CODEC = new RecordCodec(List.of(LabeledFace.getClassSchema()), SchemaSource.NONE);

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path directory;

    @Test
    void identitiesAreAnsweredByWhoeverHasThem() throws Exception {
        // Given two samplers that share two partitions, and know each other's address
        Instant began = Instant.now().minusSeconds(1);
        Settings one = settings("asked.", "one", Map.of("kafka.application.server", "one:81"));
        Settings two = settings("asked.", "two", Map.of("kafka.application.server", "two:82"));
        try (Sampler first = WholeWay.sampler(one);
                Sampler second = WholeWay.sampler(two)) {
            WholeWay.await(
                    "each has a partition",
                    () -> first.status().tasks() == 1
                            && second.status().tasks() == 1
                            && first.isReady()
                            && second.isReady());
            for (String identity : List.of("ann", "bea", "cleo", "dora", "emma")) {
                send(one, identity, identity.equals("ann") ? 9 : 2, 192);
            }
            WholeWay.await(
                    "every face is taken in",
                    () -> first.status().accepted() + second.status().accepted() == 17);

            // Then each identity is known to one, and the other points to it
            var pages = Map.of("one:81", new IdentitiesPage(first), "two:82", new IdentitiesPage(second));
            for (String identity : List.of("ann", "bea", "cleo", "dora", "emma")) {
                int found = 0;
                for (var page : pages.entrySet()) {
                    Page.Answer answer = page.getValue().get("/" + identity);
                    JsonNode json = json(answer);
                    if (answer.status() == 200) {
                        found++;
                        assertEquals(
                                identity.equals("ann") ? 9 : 2, json.get("seen").asInt());
                        assertEquals(
                                identity.equals("ann") ? 4 : 2, json.get("kept").asInt());
                        // The topic counts from arrival, whatever the producer's clock says
                        Instant firstAt = Instant.parse(json.get("firstAt").asText());
                        assertTrue(firstAt.isAfter(began) && !firstAt.isAfter(Instant.now()), json.toString());
                        assertTrue(!Instant.parse(json.get("lastAt").asText()).isBefore(firstAt), json.toString());
                    } else {
                        assertEquals(307, answer.status(), json.toString());
                        String other = page.getKey().equals("one:81") ? "two:82" : "one:81";
                        assertEquals(
                                "http://%s/identities/%s".formatted(other, identity),
                                answer.headers().get("Location"));
                    }
                }
                assertEquals(1, found, identity);
            }
            // And the counts of both are those of all
            JsonNode a = json(pages.get("one:81").get(""));
            JsonNode b = json(pages.get("two:82").get(""));
            assertEquals(5, a.get("identities").asInt() + b.get("identities").asInt());
            assertEquals(12, a.get("faces").asInt() + b.get("faces").asInt());
            assertEquals(1, a.get("head").asInt() + b.get("head").asInt(), "ann's buffer is full");
            assertEquals(4, a.get("tail").asInt() + b.get("tail").asInt(), "the others have fewer than K");
            assertEquals(
                    4,
                    Math.max(
                            a.get("buffers").get("p100").asInt(),
                            b.get("buffers").get("p100").asInt()));
            assertEquals("http://two:82/identities", a.get("others").get(0).asText());
            assertEquals(
                    List.of(307, 404),
                    pages.values().stream()
                            .map(page -> page.get("/nobody").status())
                            .sorted()
                            .toList());

            first.close();
            Page.Answer closed = pages.get("one:81").get("");
            assertEquals(503, closed.status());
            assertEquals("1", closed.headers().get("Retry-After"));
        }
    }

    @Test
    void nobodyIsSentBackToWhereHeAsked() throws Exception {
        // Given two samplers that were told the same address, as by default on two machines
        Map<String, String> address = Map.of("kafka.application.server", "localhost:81");
        try (Sampler first = WholeWay.sampler(settings("same.", "same-one", address));
                Sampler second = WholeWay.sampler(settings("same.", "same-two", address))) {
            WholeWay.await(
                    "each has a partition",
                    () -> first.status().tasks() == 1
                            && second.status().tasks() == 1
                            && first.isReady()
                            && second.isReady());

            // When both are asked for people of either partition
            var reasons = new ArrayList<String>();
            for (Page page : List.of(new IdentitiesPage(first), new IdentitiesPage(second))) {
                for (int name = 0; name < 20; name++) {
                    Page.Answer answer = page.get("/name" + name);
                    assertTrue(answer.status() != 307, () -> answer.headers().toString());
                    if (answer.status() == 503) {
                        reasons.add(json(answer).get("error").asText());
                    }
                }
                assertFalse(json(page.get("")).has("others"), "an address of its own is no other's");
            }

            // Then nobody was sent on, and whoever knows of the other's people says what to set
            reasons.forEach(reason -> assertTrue(reason.contains(HealthConfig.ADVERTISED_HOST), reason));
        }
    }

    @Test
    void rejectedFacesAreListedAndReplayedAfterALimitWasRaised() throws Exception {
        Settings small = settings("rejected.", "state", Map.of(SamplerConfig.MAX_FACE_BYTES, "1000"));
        try (Sampler sampler = WholeWay.sampler(small)) {
            send(small, "ann", 1, 2000);
            send(small, "bea", 1, 192);
            sendBytes(small, "cleo", "{}".getBytes(StandardCharsets.UTF_8));
            WholeWay.await(
                    "all are dealt with",
                    () -> sampler.status().accepted() == 1 && sampler.status().rejected() == 2);
        }

        CommandRun all = run("rejected", "list");
        CommandRun large = run("rejected", "list", "--reason", "MAX.FACE.BYTES");
        CommandRun later = run("rejected", "list", "--from-offset", "1000");
        CommandRun dry = run("rejected", "replay", "--reason", "max.face.bytes", "--dry-run");

        assertEquals(0, all.exit(), all.err());
        assertTrue(all.out().endsWith("2 rejected"), all.out());
        assertTrue(all.out().contains("rejected.faces-"), all.out());
        assertTrue(all.out().contains("not Avro single-object encoding"), all.out());
        assertTrue(large.out().contains("ann"), large.out());
        assertTrue(large.out().endsWith("1 rejected"), large.out());
        assertEquals("0 rejected", later.out());
        assertTrue(dry.out().endsWith("1 would be replayed"), dry.out());

        Settings raised = settings("rejected.", "state", Map.of());
        try (Sampler sampler = WholeWay.sampler(raised)) {
            CommandRun replayed = run("rejected", "replay", "--reason", "max.face.bytes");
            assertEquals(0, replayed.exit(), replayed.err());
            assertEquals("1 replayed", replayed.out());
            WholeWay.await("it is taken in", () -> sampler.status().accepted() == 1);

            run("rejected", "replay");
            WholeWay.await(
                    "the face is a duplicate now, the other is refused again",
                    () -> sampler.status().duplicates() == 1 && sampler.status().rejected() == 1);
            assertEquals(1, sampler.status().accepted());
            assertFalse(sampler.failure().isPresent());
        }
    }

    private Settings settings(String prefix, String state, Map<String, String> more) {
        var all = new HashMap<>(WholeWay.small(directory));
        all.put(CommonConfig.TOPIC_PARTITIONS, "2");
        all.put(SamplerConfig.STATE_DIR, directory.resolve(state).toString());
        all.put(SamplerConfig.BUFFER_CAPACITY, "4");
        all.put(SamplerConfig.HOLDOUT_IDENTITIES, "nobody-at-all");
        all.put(SamplerConfig.HOLDOUT_FACES_PER_MILLE, "0");
        all.putAll(more);
        return BROKER.settings(prefix, all);
    }

    private static void send(Settings settings, String identity, int faces, int bytes) throws Exception {
        for (int face = 0; face < faces; face++) {
            byte[] image = ByteBuffer.allocate(54 + bytes)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put(0, (byte) 'B')
                    .put(1, (byte) 'M')
                    .putInt(10, 54)
                    .putInt(14, 40)
                    .putInt(18, 8)
                    .putInt(22, 8)
                    .putShort(28, (short) 24)
                    .array();
            sendBytes(
                    settings,
                    identity,
                    CODEC.encode(LabeledFace.newBuilder()
                            .setIdentity(identity)
                            .setFaceId("f" + face)
                            .setEncoding(Encoding.BMP)
                            .setImage(ByteBuffer.wrap(image))
                            .build()));
        }
    }

    private static void sendBytes(Settings settings, String identity, byte[] value) throws Exception {
        CommonConfig common = CommonConfig.from(settings);
        try (var producer =
                new KafkaProducer<>(common.clientConfig(), new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(common.topics().faces(), null, 100L, identity, value))
                    .get();
        }
    }

    private static JsonNode json(Page.Answer answer) throws IOException {
        assertEquals("application/json", answer.headers().get("Content-Type"));
        return new ObjectMapper().readTree(answer.body());
    }

    private static CommandRun run(String... arguments) {
        return CommandRun.of(BROKER, "rejected.", List.of(arguments));
    }
}
