package io.rangestream.sampler.topology;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Encoding;
import io.rangestream.avro.Erasure;
import io.rangestream.avro.LabeledFace;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.wire.DeadLetterHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DeadLettersTest {
    private static final byte[] ANN = utf8("ann");
    private static final byte[] GOOD = Faces.CODEC.encode(Faces.face("ann", "0"));

    static Stream<Arguments> badRecords() {
        byte[] otherSchema = Faces.CODEC.encode(new Erasure("0_0", 1L, "ann", 7L, 0L, -1, -1));
        byte[] leftOver = Arrays.copyOf(GOOD, GOOD.length + 1);
        return Stream.of(
                Arguments.of(null, GOOD, "the record has no key: it has to be the identity"),
                Arguments.of(null, null, "the record has no key: it has to be the identity"),
                Arguments.of(new byte[] {(byte) 0xFF}, GOOD, "the identity is not UTF-8"),
                Arguments.of(new byte[0], GOOD, "the identity is empty or blank"),
                Arguments.of(utf8("a/b"), null, "the identity holds a '/'"),
                Arguments.of(utf8("a".repeat(513)), GOOD, "an identity of 513 characters is longer than 512"),
                Arguments.of(utf8("bob"), GOOD, "the face's identity is not the record's key"),
                Arguments.of(ANN, new byte[0], "not Avro single-object encoding: 0 bytes"),
                Arguments.of(ANN, utf8("no avro at all"), "not Avro single-object encoding: 14 bytes"),
                Arguments.of(ANN, Arrays.copyOf(GOOD, GOOD.length / 2), "truncated or damaged LabeledFace"),
                Arguments.of(ANN, leftOver, "damaged LabeledFace: bytes are left over"),
                Arguments.of(ANN, otherSchema, "unknown schema fingerprint"),
                Arguments.of(ANN, with(new byte[0], Encoding.BMP), "the image is empty"),
                Arguments.of(ANN, with(utf8("not an image, though it is long enough"), Encoding.JPEG), "not a JPEG"),
                Arguments.of(ANN, with(Faces.bmp("x", 8, 8), Encoding.PNG), "declared as PNG but the bytes are BMP"),
                Arguments.of(
                        ANN, with(utf8("RIFF....WEBPVP8 "), Encoding.JPEG), "not a JPEG, PNG or BMP image but WebP"),
                Arguments.of(ANN, with(Faces.bmp("x", 7, 8), Encoding.BMP), "7 x 8 pixels: a side is shorter than 8"),
                Arguments.of(
                        ANN,
                        with(Arrays.copyOf(Faces.bmp("x", 8, 8), 86), Encoding.BMP),
                        "a BMP that is cut off: 86 bytes of 87"),
                Arguments.of(ANN, with(new byte[12], Encoding.RAW_RGB), "12 bytes are no RAW_RGB of 0 x 0"),
                Arguments.of(
                        ANN,
                        with(Faces.bmp("x", 9000, 9000), Encoding.BMP),
                        "9000 x 9000 pixels: a side is longer than 8192"),
                Arguments.of(
                        ANN, with(Faces.bmp("x".repeat(2000), 8, 8), Encoding.BMP), "an image of 2086 bytes is larger"),
                Arguments.of(
                        ANN,
                        with(Faces.bmp("x".repeat(20_000), 8, 8), Encoding.BMP),
                        "a record of 20112 bytes is larger"),
                Arguments.of(
                        ANN, Faces.CODEC.encode(Faces.face("ann", "f".repeat(513))), "a face_id of 513 characters"),
                Arguments.of(
                        ANN, Faces.CODEC.encode(Faces.retraction("ann", "")), "a RETRACT without face_id and image"));
    }

    @ParameterizedTest
    @MethodSource("badRecords")
    void aBadRecordIsADeadLetterWithItsReasonAndTheRestFlowsOn(byte[] key, byte[] value, String reason) {
        try (var sampler = new SamplerHarness(config())) {
            sampler.add("ann", "before");
            var stores = faces(sampler);
            sampler.send(key, value, new RecordHeaders().add("trace", utf8("abc")));

            assertEquals(stores, faces(sampler), "a refused record touches no face");
            sampler.add("ann", "after");
            assertEquals(2, sampler.board.counted(TaskBoard.Event.ACCEPTED));
            assertEquals(1, sampler.board.counted(TaskBoard.Event.REJECTED));
            var letter = sampler.letters.get(0);
            assertEquals(1, sampler.letters.size());
            assertArrayEquals(key, letter.key());
            assertArrayEquals(value, letter.value());
            assertEquals("abc", SamplerHarness.header(letter, "trace"));
            String message = SamplerHarness.header(letter, "__streams.errors.message");
            assertTrue(message.startsWith(reason), message);
            assertEquals(1, message.lines().count());
            assertEquals("t.faces", SamplerHarness.header(letter, "__streams.errors.topic"));
            assertEquals("0", SamplerHarness.header(letter, "__streams.errors.partition"));
            assertEquals("1", SamplerHarness.header(letter, "__streams.errors.offset"));
            assertTrue(
                    SamplerHarness.header(letter, "__streams.errors.exception").endsWith("RejectedFaceException"));
            assertTrue(
                    SamplerHarness.header(letter, "__streams.errors.stacktrace").length() <= 1000);
        }
    }

    private static String faces(SamplerHarness sampler) {
        var stores = new TreeMap<>(sampler.disk);
        stores.remove(SamplerTopology.TASK_STORE); // How far the input is read.
        return stores.toString();
    }

    @Test
    void theCountsAddUp() {
        try (var sampler = new SamplerHarness(config("holdout.identities", "zoe"))) {
            List<Arguments> bad = badRecords().toList();
            for (int i = 0; i < bad.size(); i++) {
                sampler.add("p" + i % 5, "" + i / 2);
                sampler.add("zoe", "" + i / 2);
                sampler.send((byte[]) bad.get(i).get()[0], (byte[]) bad.get(i).get()[1], new RecordHeaders());
            }
            sampler.erase("p0");
            sampler.retract("p1", "0");
            long counted = Stream.of(TaskBoard.Event.values())
                    .filter(event -> event != TaskBoard.Event.BATCH)
                    .mapToLong(sampler.board::counted)
                    .sum();
            assertEquals(3L * bad.size() + 2, counted);
            assertEquals(bad.size(), sampler.letters.size());
            Invariants.check(sampler);
        }
    }

    @Test
    void aLetterTooLargeForItsTopicKeepsItsBeginning() {
        try (var sampler = new SamplerHarness(config(), new ConcurrentHashMap<>(), 4000)) {
            byte[] large = new byte[10_000];
            Arrays.fill(large, (byte) 7);
            sampler.send(
                    ANN, large, new RecordHeaders().add("big", new byte[3000]).add("a", new byte[1]));

            var letter = sampler.letters.get(0);
            assertEquals("10000", SamplerHarness.header(letter, DeadLetterHeaders.FULL_BYTES));
            assertTrue(SamplerHarness.header(letter, DeadLetterHeaders.DROPPED_HEADER_BYTES) != null);
            assertTrue(letter.value().length > 1000 && letter.value().length < 4000);
            assertArrayEquals(Arrays.copyOf(large, letter.value().length), letter.value());
        }
    }

    @Test
    void aLetterIsStampedWithTheTimeOfItsRefusalAndKeepsTheOriginalTime() {
        long began = System.currentTimeMillis();
        try (var sampler = new SamplerHarness(config(), new ConcurrentHashMap<>(), 4000)) {
            long in2015 = 1_420_070_400_000L;
            sampler.send(ANN, new byte[0], new RecordHeaders(), in2015);
            sampler.send(ANN, new byte[0], new RecordHeaders(), Long.MAX_VALUE);
            sampler.send(ANN, new byte[0], new RecordHeaders().add("big", new byte[3000]), in2015);

            for (var letter : sampler.letters) {
                assertTrue(letter.timestamp() >= began && letter.timestamp() <= System.currentTimeMillis());
            }
            assertEquals(
                    List.of(Long.toString(in2015), Long.toString(Long.MAX_VALUE), Long.toString(in2015)),
                    sampler.letters.stream()
                            .map(letter -> SamplerHarness.header(letter, DeadLetterHeaders.TIMESTAMP))
                            .toList());
        }
    }

    @Test
    void aCutKeyIsSaid() {
        try (var sampler = new SamplerHarness(config(), new ConcurrentHashMap<>(), 4000)) {
            sampler.send(new byte[3000], GOOD, new RecordHeaders());

            var letter = sampler.letters.get(0);
            assertEquals(1000, letter.key().length);
            assertEquals("3000", SamplerHarness.header(letter, DeadLetterHeaders.FULL_KEY_BYTES));
        }
    }

    @Test
    void foreignHeadersWithNamesOfOursAreLeftOut() {
        try (var sampler = new SamplerHarness(config())) {
            var headers = new RecordHeaders().add("trace", utf8("abc")).add("__streams.errors.topic", utf8("other"));
            for (String name : DeadLetterHeaders.OF_LETTERS) {
                headers.add(name, utf8("7"));
            }
            sampler.send(ANN, new byte[0], headers);

            var letter = sampler.letters.get(0);
            assertEquals("abc", SamplerHarness.header(letter, "trace"));
            for (String name : DeadLetterHeaders.OF_LETTERS) {
                assertNull(letter.headers().lastHeader(name), name);
            }
            var topics = letter.headers().headers("__streams.errors.topic").iterator();
            topics.next();
            assertFalse(topics.hasNext());
        }
    }

    private static SamplerConfig config(Object... changes) {
        Object[] all = Arrays.copyOf(changes, changes.length + 2);
        all[changes.length] = "max.face.bytes";
        all[changes.length + 1] = 2000;
        return Faces.config(all);
    }

    private static byte[] with(byte[] image, Encoding encoding) {
        LabeledFace face = Faces.face("ann", "0");
        face.setImage(ByteBuffer.wrap(image));
        face.setEncoding(encoding);
        return Faces.CODEC.encode(face);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
