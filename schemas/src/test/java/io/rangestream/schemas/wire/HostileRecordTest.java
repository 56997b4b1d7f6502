package io.rangestream.schemas.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.rangestream.avro.LabeledFace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.ClassSecurityValidator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Schemas and records that any producer may write, read on a small stack, with little memory, in little time. */
class HostileRecordTest {
    private static final long STACK_BYTES = 512 * 1024;
    private static final long MAX_ALLOCATED = 128L * 1024 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int LONG = 60_000;

    static Stream<Arguments> schemas() {
        return Stream.of(
                Arguments.of("recursive", face(", " + field("next", "[\"null\", \"LabeledFace\"]"))),
                Arguments.of(
                        "recursive", face(", " + field("next", "{\"type\": \"array\", \"items\": \"LabeledFace\"}"))),
                Arguments.of(
                        "recursive", face(", " + field("next", "{\"type\": \"map\", \"values\": \"LabeledFace\"}"))),
                Arguments.of(
                        "recursive",
                        face(", " + field("next", record("Other", field("back", "[\"null\", \"LabeledFace\"]"))))),
                Arguments.of("writes out to", face(", " + doubling(40))),
                Arguments.of("writes out to", face(", " + chain(500, false))),
                Arguments.of("levels deep", face(", " + chain(500, true))),
                Arguments.of("levels deep", "{\"type\": \"array\", \"items\": ".repeat(2_000)),
                Arguments.of("levels deep", "[".repeat(LONG)),
                Arguments.of("characters", face(" ".repeat(WriterSchema.MAX_CHARS))),
                Arguments.of("no Avro schema", "{\"type\": \"record\"}"),
                Arguments.of("no Avro schema", "\"nothing\""),
                Arguments.of("no Avro schema", "{\"type\": \"fixed\", \"name\": \"F\", \"size\": -1}"),
                Arguments.of("no Avro schema", ""),
                Arguments.of("no Avro schema", "null"),
                Arguments.of("no Avro schema", "{\"type\": {\"type\": 7}}"),
                Arguments.of("no Avro schema", "\\\"\\\"[\"\\"));
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void aSchemaBeyondTheBoundsIsRefusedInOneLine(String reason, String json) throws Exception {
        String message = refusal(() -> WriterSchema.parse(json));

        assertTrue(message.contains(reason), message);
        assertFalse(message.contains("\n"));
    }

    @Test
    void aRecordNestedByARecursiveSchemaIsRefused() throws Exception {
        Schema recursive = new Schema.Parser().parse(face(", " + field("next", "[\"null\", \"LabeledFace\"]")));
        byte[] nested = encoded(recursive, encoder -> {
            for (int i = 0; i < LONG; i++) {
                encoder.writeString("ann");
                encoder.writeIndex(1);
            }
        });
        var codec = new RecordCodec(List.of(LabeledFace.getClassSchema()), fingerprint -> Optional.of(recursive));

        assertTrue(refusal(() -> codec.decode(nested)).contains("recursive"));
    }

    @Test
    void itemsThatTakeNoBytesAreCounted() throws Exception {
        for (String type :
                List.of("\"null\"", record("Empty", ""), "{\"type\": \"fixed\", \"name\": \"Nothing\", \"size\": 0}")) {
            for (long items : List.of(2_000_000_000L, -2_000_000_000L, Long.MIN_VALUE, Long.MAX_VALUE)) {
                Schema schema = WriterSchema.parse(
                        face(", " + field("more", "{\"type\": \"array\", \"items\": %s}".formatted(type))));
                byte[] bomb = encoded(schema, encoder -> {
                    encoder.writeString("ann");
                    encoder.writeLong(items);
                    encoder.writeLong(0);
                    encoder.writeLong(0);
                });
                var codec = new RecordCodec(List.of(LabeledFace.getClassSchema()), fingerprint -> Optional.of(schema));

                refusal(() -> codec.decode(bomb));
            }
        }
    }

    @Test
    void manySmallBlocksOfItemsThatTakeNoBytesAreCountedTogether() throws Exception {
        Schema schema = WriterSchema.parse(face(", " + field("more", "{\"type\": \"array\", \"items\": \"null\"}")));
        byte[] bomb = encoded(schema, encoder -> {
            encoder.writeString("ann");
            for (int i = 0; i < LONG; i++) {
                encoder.writeLong(400_000);
            }
            encoder.writeLong(0);
        });
        var codec = new RecordCodec(List.of(LabeledFace.getClassSchema()), fingerprint -> Optional.of(schema));

        assertTrue(refusal(() -> codec.decode(bomb)).contains("more than"));
    }

    @Test
    void aMapOfAMillionShortKeysIsRefused() throws Exception {
        var codec = new RecordCodec(List.of(LabeledFace.getClassSchema()), SchemaSource.NONE);
        byte[] bomb = encoded(LabeledFace.getClassSchema(), encoder -> {
            encoder.writeString("");
            encoder.writeString("ann");
            encoder.writeEnum(0);
            encoder.writeBytes(new byte[1]);
            for (int i = 0; i < 5; i++) {
                encoder.writeLong(0);
            }
            encoder.writeLong(1_000_000);
            for (int i = 0; i < 1_000_000; i++) {
                encoder.writeString("");
                encoder.writeString("");
            }
            encoder.writeLong(0);
        });

        assertTrue(refusal(() -> codec.decode(bomb)).contains("items"));
    }

    @Test
    void aHugeEnumAndAWideUnionAreReadAsAnyOtherSchema() throws Exception {
        String symbols =
                IntStream.range(0, 5_000).mapToObj(i -> "\"S" + i + "\"").collect(Collectors.joining(", "));
        String branches = IntStream.range(0, 800)
                .mapToObj(i -> record("R" + i, field("a", "\"int\"")))
                .collect(Collectors.joining(", "));
        for (String more : List.of(
                field("kind", "{\"type\": \"enum\", \"name\": \"Kind\", \"symbols\": [%s]}".formatted(symbols)),
                field("kind", "[%s]".formatted(branches)))) {
            Schema schema = WriterSchema.parse(face(", " + more));
            byte[] record = encoded(schema, encoder -> {
                encoder.writeString("ann");
                encoder.writeLong(more.contains("enum") ? 4_999 : 799);
                if (!more.contains("enum")) {
                    encoder.writeInt(7);
                }
            });
            var codec = new RecordCodec(List.of(LabeledFace.getClassSchema()), fingerprint -> Optional.of(schema));

            var face = assertInstanceOf(LabeledFace.class, onSmallStack(() -> codec.decode(record)));
            assertEquals("ann", face.getIdentity());
        }
    }

    @Test
    void whatAnApplicationTrustsStaysItsOwnAndDoesNotTakeOurRecordsAway() {
        var codec = new RecordCodec(Samples.schemas(), SchemaSource.NONE);
        var before = ClassSecurityValidator.getGlobal();
        assertSame(ClassSecurityValidator.DEFAULT, before);
        ClassSecurityValidator.setGlobal(type -> false);
        try {
            var fresh = new RecordCodec(Samples.schemas(), SchemaSource.NONE);
            assertEquals(Samples.batch(), fresh.decode(codec.encode(Samples.batch())));
            assertNotNull(Samples.face());
        } finally {
            ClassSecurityValidator.setGlobal(before);
        }
    }

    /** The message of the refusal, which took little stack, memory and time. */
    private static String refusal(Callable<?> call) throws Exception {
        Object outcome = onSmallStack(() -> {
            try {
                return call.call();
            } catch (UndecodableRecordException e) {
                return String.valueOf(e.getMessage());
            }
        });
        return assertInstanceOf(String.class, outcome, "was not refused");
    }

    private static Object onSmallStack(Callable<?> call) throws Exception {
        Object[] outcome = new Object[1];
        long[] allocated = new long[1];
        var bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var thread = new Thread(
                null,
                () -> {
                    long before = bean.getCurrentThreadAllocatedBytes();
                    try {
                        outcome[0] = call.call();
                    } catch (Throwable e) {
                        outcome[0] = e;
                    }
                    allocated[0] = bean.getCurrentThreadAllocatedBytes() - before;
                },
                "small stack",
                STACK_BYTES);
        thread.setDaemon(true);
        thread.start();
        thread.join(PATIENCE.toMillis());
        assertFalse(thread.isAlive(), "takes too long");
        if (outcome[0] instanceof Throwable e) {
            throw new AssertionError(e);
        }
        assertTrue(allocated[0] < MAX_ALLOCATED, () -> allocated[0] + " bytes allocated");
        return outcome[0];
    }

    private static String face(String more) {
        return "{\"type\": \"record\", \"namespace\": \"io.rangestream.avro\", \"name\": \"LabeledFace\", \"fields\": [%s%s]}"
                .formatted(field("identity", "\"string\""), more);
    }

    private static String record(String name, String fields) {
        return "{\"type\": \"record\", \"name\": \"%s\", \"fields\": [%s]}".formatted(name, fields);
    }

    private static String field(String name, String type) {
        return "{\"name\": \"%s\", \"type\": %s}".formatted(name, type);
    }

    /** Each record holds the one before twice, so that the last one writes out to two to the power of the levels. */
    private static String doubling(int levels) {
        return IntStream.rangeClosed(1, levels)
                .mapToObj(i -> field(
                        "d" + i,
                        record(
                                "D" + i,
                                i == 1
                                        ? field("a", "\"int\"")
                                        : field("a", "\"D" + (i - 1) + "\"") + ", "
                                                + field("b", "\"D" + (i - 1) + "\""))))
                .collect(Collectors.joining(", "));
    }

    /** Flat as text, deep as a type: each record holds the one before, or the one after. */
    private static String chain(int length, boolean forward) {
        return IntStream.rangeClosed(1, length)
                .mapToObj(i -> {
                    int other = forward ? i + 1 : i - 1;
                    boolean last = other == 0 || other > length;
                    return field("c" + i, record("C" + i, field("a", last ? "\"int\"" : "\"C" + other + "\"")));
                })
                .collect(Collectors.joining(", "));
    }

    private interface Writing {
        void to(BinaryEncoder encoder) throws IOException;
    }

    private static byte[] encoded(Schema schema, Writing record) throws IOException {
        var out = new ByteArrayOutputStream();
        var header = ByteBuffer.allocate(Fingerprint.HEADER_BYTES);
        Fingerprint.writeHeader(header, Fingerprint.of(schema));
        out.writeBytes(header.array());
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        record.to(encoder);
        encoder.flush();
        return out.toByteArray();
    }
}
