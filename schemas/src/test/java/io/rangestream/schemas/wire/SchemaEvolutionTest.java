package io.rangestream.schemas.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every current schema against every released one, in both directions. */
class SchemaEvolutionTest {
    /** What a record means nothing without: everything else has a default, so that it can be left out or dropped. */
    private static final Set<String> ESSENTIAL = Set.of(
            "LabeledFace.identity",
            "TrainingBatch.batch_id",
            "TrainingBatch.task",
            "TrainingBatch.sequence",
            "TrainingBatch.identities",
            "TrainingBatch.samples_per_identity",
            "TrainingBatch.faces",
            "BatchFace.identity",
            "BatchFace.face_id",
            "BatchFace.image",
            "Erasure.task",
            "Erasure.sequence",
            "Erasure.identity",
            "LearnerProgress.model",
            "LearnerProgress.state",
            "ModelChunk.model",
            "ModelChunk.version",
            "ModelChunk.index",
            "ModelChunk.count",
            "ModelChunk.bytes",
            "ModelChunk.sha256",
            "ModelHeartbeat.model",
            "ModelHeartbeat.time",
            "ModelUpdate.model",
            "ModelUpdate.version",
            "ModelUpdate.status",
            "ModelUpdate.created_at",
            "ModelUpdate.artifact",
            "ModelUpdate.network",
            "ModelUpdate.training",
            "ModelOrder.model",
            "ModelOrder.order_id",
            "ModelOrder.kind",
            "ModelOrder.version",
            "ModelOrder.expected_version",
            "OrderOutcome.model",
            "OrderOutcome.order_id",
            "OrderOutcome.applied",
            "StatusChange.status",
            "Continuation.version",
            "Artifact.bytes",
            "Artifact.sha256",
            "Artifact.chunks",
            "Network.backbone",
            "Network.embedding_dim",
            "Network.input_width",
            "Network.input_height",
            "TarAtFar.far",
            "TarAtFar.tar",
            "SegmentEvaluation.segment",
            "CrossVersion.version",
            "CrossVersion.auc",
            "CrossVersion.older_auc");

    @TestFactory
    Stream<DynamicTest> everyReleasedSchemaReadsTheCurrentBytesAndTheOtherWayRound() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path release : releases()) {
            Map<String, Schema> released = parse(release);
            for (Schema current : Samples.schemas()) {
                Schema old = released.get(current.getFullName());
                if (old != null) {
                    String name = current.getName() + " and " + release.getFileName();
                    tests.add(DynamicTest.dynamicTest(name, () -> assertReadsBothWays(current, old)));
                }
            }
        }
        assertTrue(
                tests.size() >= Samples.schemas().size() - 3,
                "1.0 has every record but those of orders and heartbeats");
        return tests.stream();
    }

    @Test
    void everythingIsDocumentedAndEveryFieldThatIsNotEssentialHasADefault() {
        Set<String> withoutDefault = new HashSet<>();
        for (Schema named : named()) {
            assertFalse(String.valueOf(named.getDoc()).isBlank() || named.getDoc() == null, named.getFullName());
            if (named.getType() == Schema.Type.ENUM) {
                assertTrue(named.getEnumDefault() != null, named.getFullName() + ": a new symbol needs a default");
            } else {
                for (Schema.Field field : named.getFields()) {
                    String name = named.getName() + "." + field.name();
                    assertTrue(field.doc() != null && !field.doc().isBlank(), name);
                    if (!field.hasDefaultValue()) {
                        withoutDefault.add(name);
                    }
                }
            }
        }
        assertEquals(ESSENTIAL, withoutDefault);
    }

    private static void assertReadsBothWays(Schema current, Schema released) throws IOException {
        for (List<Schema> pair : List.of(List.of(current, released), List.of(released, current))) {
            Schema writer = pair.get(0);
            Schema reader = pair.get(1);
            assertEquals(
                    SchemaCompatibilityType.COMPATIBLE,
                    SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                            .getType());
            GenericRecord written = (GenericRecord) sample(writer);
            GenericRecord read = decode(encode(written, writer), writer, reader);
            for (Schema.Field field : reader.getFields()) {
                Schema.Field before = writer.getField(field.name());
                if (before == null || before.schema().equals(field.schema())) {
                    Object expected =
                            before == null ? GenericData.get().getDefaultValue(field) : written.get(field.name());
                    // As text, as Avro reads strings into a class of its own.
                    assertEquals(String.valueOf(expected), String.valueOf(read.get(field.name())), field.name());
                }
            }
        }
    }

    /** A value of a schema with something in every field. */
    private static Object sample(Schema schema) {
        return switch (schema.getType()) {
            case RECORD -> {
                var record = new GenericData.Record(schema);
                schema.getFields().forEach(field -> record.put(field.name(), sample(field.schema())));
                yield record;
            }
            case ENUM ->
                new GenericData.EnumSymbol(
                        schema,
                        schema.getEnumSymbols().get(schema.getEnumSymbols().size() - 1));
            case ARRAY -> new GenericData.Array<>(schema, List.of(sample(schema.getElementType())));
            case MAP -> Map.of("key", sample(schema.getValueType()));
            case UNION -> sample(schema.getTypes().get(schema.getTypes().size() - 1));
            case STRING -> "text";
            case BYTES -> ByteBuffer.wrap(new byte[] {4, 5});
            case INT -> 6;
            case LONG -> 7L;
            case FLOAT -> 0.5f;
            case DOUBLE -> 0.25;
            case BOOLEAN -> true;
            case FIXED, NULL -> throw new AssertionError(schema);
        };
    }

    private static byte[] encode(GenericRecord record, Schema schema) throws IOException {
        var out = new ByteArrayOutputStream();
        new GenericDatumWriter<GenericRecord>(schema)
                .write(record, EncoderFactory.get().directBinaryEncoder(out, null));
        return out.toByteArray();
    }

    private static GenericRecord decode(byte[] bytes, Schema writer, Schema reader) throws IOException {
        var decoder = DecoderFactory.get().binaryDecoder(bytes, null);
        GenericRecord record = new GenericDatumReader<GenericRecord>(writer, reader).read(null, decoder);
        assertTrue(decoder.isEnd());
        return record;
    }

    private static Set<Schema> named() {
        Set<Schema> named = new HashSet<>();
        Deque<Schema> open = new ArrayDeque<>(Samples.schemas());
        while (!open.isEmpty()) {
            Schema schema = open.pop();
            switch (schema.getType()) {
                case RECORD -> {
                    if (named.add(schema)) {
                        schema.getFields().forEach(field -> open.push(field.schema()));
                    }
                }
                case ENUM -> named.add(schema);
                case ARRAY -> open.push(schema.getElementType());
                case MAP -> open.push(schema.getValueType());
                case UNION -> schema.getTypes().forEach(open::push);
                default -> {
                    // A primitive has no name.
                }
            }
        }
        return named;
    }

    private static List<Path> releases() throws IOException, URISyntaxException {
        var resource = SchemaEvolutionTest.class.getResource("/released");
        try (var folders = Files.list(Path.of(Objects.requireNonNull(resource).toURI()))) {
            return folders.sorted().toList();
        }
    }

    private static Map<String, Schema> parse(Path release) throws IOException {
        var parser = new Schema.Parser();
        Map<String, Schema> schemas = new HashMap<>();
        parser.parse(Files.readString(release.resolve("Encoding.avsc")));
        try (var files = Files.list(release)) {
            for (Path file :
                    files.filter(f -> !f.endsWith("Encoding.avsc")).sorted().toList()) {
                Schema schema = parser.parse(Files.readString(file));
                schemas.put(schema.getFullName(), schema);
            }
        }
        return schemas;
    }
}
