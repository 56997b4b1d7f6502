package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rangestream.app.health.IdentitiesPage;
import io.rangestream.app.health.Page;
import io.rangestream.avro.Encoding;
import io.rangestream.avro.LabeledFace;
import io.rangestream.learner.Learner;
import io.rangestream.sampler.Sampler;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whoever has an odd name is the same person to producers of both normal forms, to the holdout, to lists and queries, and to
 * every order.
 */
class OddNamesTest {
    /** Composed; every third is held out. */
    static final List<String> NAMES = List.of(
            "José",
            "Zoë",
            "Ångström",
            "İpek",
            "ılgın",
            "ILGIN",
            "Nguyễn Thị Ánh",
            "Đặng",
            "Łukasz",
            "Šárka Ž",
            "Ǻsa",
            "O'Neil",
            "@anna",
            "-anna",
            "--debug",
            "%41nna",
            "anna?x=1&y",
            "a+b c",
            "\"quoted\"",
            "back\\slash",
            "${HOME}",
            "tab\u2007figure",
            "Anna  Maria",
            "李小龍",
            "김연아",
            "がくパ",
            "मीरा",
            "می\u200Cخواهم",
            "שָׁלוֹם",
            "\uD83D\uDC69\u200D\uD83D\uDCBB",
            "\uD835\uDC00nna",
            "..",
            "1",
            "ﬁona");

    private static final RecordCodec CODEC = new RecordCodec(List.of(LabeledFace.getClassSchema()), SchemaSource.NONE);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PREFIX = "odd.";

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @Test
    void theSamePersonEverywhere(@TempDir Path directory) throws Exception {
        Settings settings = settings(BROKER, PREFIX, directory);
        ExecutorService shells = Executors.newFixedThreadPool(6);
        try (Sampler sampler = WholeWay.sampler(settings);
                Learner learner = WholeWay.learner(settings)) {
            send(settings);
            var page = new IdentitiesPage(sampler);
            WholeWay.await("all faces are there", () -> list().equals(expected()));

            var results = new ArrayList<Future<?>>();
            for (String name : NAMES) {
                results.add(shells.submit(correct(name, page)));
            }
            for (Future<?> result : results) {
                result.get();
            }

            assertEquals(Map.of(), list(), "all are erased");
            WholeWay.requireAlive(learner);
        } finally {
            shells.shutdownNow();
        }
    }

    /** Two partitions, and every third name held out, decomposed in the settings. */
    static Settings settings(SharedBroker broker, String prefix, Path directory) {
        var more = new HashMap<>(WholeWay.small(directory));
        more.put(CommonConfig.TOPIC_PARTITIONS, "2");
        more.put(SamplerConfig.HOLDOUT_FACES_PER_MILLE, "0");
        more.put(
                SamplerConfig.HOLDOUT_IDENTITIES,
                NAMES.stream()
                        .filter(OddNamesTest::isHeldOut)
                        .map(OddNamesTest::decomposed)
                        .collect(Collectors.joining(",")));
        return broker.settings(prefix, more);
    }

    /** Asks for a person, takes back one face, moves the others to somebody else, and erases that one. */
    private static Callable<Void> correct(String name, Page page) {
        return () -> {
            boolean heldOut = isHeldOut(name);
            JsonNode answer = JSON.readTree(page.get("/" + decomposed(name)).body());
            assertEquals(name, answer.path("identity").asText());
            assertEquals(heldOut ? 0 : 3, answer.path("kept").asInt(0), answer.toString());
            assertEquals(heldOut ? 3 : 0, answer.path("heldOut").asInt(), answer.toString());
            assertEquals(heldOut ? "whole identity" : "", answer.path("holdout").asText());

            assertEquals(List.of("f0", "f1", "é"), faceIds(decomposed(name)));

            CommandRun retracted = run("retract", "--", " " + decomposed(name), "e\u0301");
            assertEquals(0, retracted.exit(), retracted.err());
            assertTrue(
                    retracted.out().contains(heldOut ? "it was in the holdout" : "it was in the buffer"),
                    retracted.out());
            assertEquals(List.of("f0", "f1"), faceIds(name));

            String other = name + " \u00C9";
            CommandRun moved = run("relabel", "--", decomposed(name) + "\u00A0", decomposed(other));
            assertEquals(0, moved.exit(), moved.err());
            assertTrue(moved.out().endsWith("2 faces were moved"), moved.out());
            WholeWay.await("they are the other's", () -> faceIds(other).equals(List.of("f0", "f1")));
            assertEquals(List.of(), faceIds(name));

            CommandRun erased = run("erase", "--", "\uFEFF" + decomposed(other));
            assertEquals(0, erased.exit(), erased.err());
            assertTrue(
                    erased.out().contains("found: 2 faces in the buffers and 0 in the holdout, on 1 of 2 tasks"),
                    erased.out());
            return null;
        };
    }

    /** Two faces under the composed name and one under the decomposed; names take turns on the partitions. */
    static void send(Settings settings) throws Exception {
        CommonConfig common = CommonConfig.from(settings);
        try (var producer =
                new KafkaProducer<>(common.clientConfig(), new StringSerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < NAMES.size(); i++) {
                String name = NAMES.get(i);
                for (var face : Map.of("f0", name, "f1", name, "e\u0301", " " + decomposed(name))
                        .entrySet()) {
                    byte[] value = CODEC.encode(LabeledFace.newBuilder()
                            .setIdentity(face.getValue())
                            .setFaceId(face.getKey())
                            .setEncoding(Encoding.RAW_RGB)
                            .setWidth(64)
                            .setHeight(64)
                            .setImage(ByteBuffer.wrap(
                                    picture(i * 3 + face.getKey().length())))
                            .build());
                    producer.send(new ProducerRecord<>(common.topics().faces(), i % 2, face.getValue(), value))
                            .get();
                }
            }
        }
    }

    private static byte[] picture(int seed) {
        byte[] pixels = new byte[64 * 64 * 3];
        new Random(seed).nextBytes(pixels);
        return pixels;
    }

    private static Map<String, List<Integer>> expected() {
        return NAMES.stream()
                .collect(Collectors.toMap(
                        name -> name,
                        name -> isHeldOut(name) ? List.of(0, 3) : List.of(3, 0),
                        (a, b) -> a,
                        TreeMap::new));
    }

    /** Kept and held out faces by name, as {@code identities list} says. */
    private static Map<String, List<Integer>> list() {
        CommandRun listed = run("identities", "list", "--json");
        assertEquals(0, listed.exit(), listed.err());
        var people = new TreeMap<String, List<Integer>>();
        listed.out()
                .lines()
                .map(OddNamesTest::json)
                .forEach(line -> people.put(
                        line.get("identity").asText(),
                        List.of(line.get("kept").asInt(), line.get("heldOut").asInt())));
        return people;
    }

    /** As {@code identities show} says; nobody has none. */
    private static List<String> faceIds(String name) {
        CommandRun shown = run("identities", "show", "--json", "--", name);
        if (shown.exit() != 0) {
            assertEquals("rangestream: nobody of this name is in the buffers or the holdout", shown.err());
            return List.of();
        }
        JsonNode faces = json(shown.out()).get("faces");
        return IntStream.range(0, faces.size())
                .mapToObj(i -> faces.get(i).get("faceId").asText())
                .sorted()
                .toList();
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError(line, e);
        }
    }

    static boolean isHeldOut(String name) {
        return NAMES.indexOf(name) % 3 == 0;
    }

    static String decomposed(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFD);
    }

    /** The options go in front, as a name may look like one. */
    private static CommandRun run(String... arguments) {
        var words = new ArrayList<>(List.of(arguments));
        int command = arguments[0].equals("identities") ? 2 : 1;
        words.addAll(command, List.of("-b", BROKER.bootstrapServers(), "--topic-prefix", PREFIX));
        return CommandRun.of(words);
    }
}
