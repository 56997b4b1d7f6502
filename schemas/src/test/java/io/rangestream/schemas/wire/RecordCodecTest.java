package io.rangestream.schemas.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.rangestream.avro.Erasure;
import io.rangestream.avro.LabeledFace;
import io.rangestream.avro.TrainingBatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

class RecordCodecTest {
    private final RecordCodec codec = new RecordCodec(Samples.schemas(), SchemaSource.NONE);

    @Test
    void whatIsEncodedIsDecoded() {
        assertEquals(Samples.face(), codec.decode(codec.encode(Samples.face())));
        assertEquals(Samples.batch(), codec.decode(codec.encode(Samples.batch())));
    }

    @Test
    void theHeaderIsThatOfTheSingleObjectEncoding() {
        byte[] bytes = codec.encode(Samples.face());

        assertArrayEquals(new byte[] {(byte) 0xC3, 1}, Arrays.copyOf(bytes, 2));
        long fingerprint = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(2);
        assertEquals(Fingerprint.of(LabeledFace.getClassSchema()), fingerprint);
        assertEquals("00000000000000ff", Fingerprint.text(255));
    }

    @Test
    void truncationAtAnyByteIsRefused() {
        for (SpecificRecord sample : List.of(Samples.face(), Samples.batch())) {
            byte[] bytes = codec.encode(sample);
            for (int length = 0; length < bytes.length; length++) {
                byte[] cut = Arrays.copyOf(bytes, length);
                var e = assertThrows(UndecodableRecordException.class, () -> codec.decode(cut), "at byte " + length);
                assertFalse(String.valueOf(e.getMessage()).contains("\n"));
            }
        }
    }

    @Test
    void leftoverBytesAreRefused() {
        byte[] bytes = codec.encode(Samples.face());

        assertRefused("left over", Arrays.copyOf(bytes, bytes.length + 1));
    }

    @Test
    void anUnknownFingerprintIsRefusedByName() {
        byte[] bytes = codec.encode(Samples.face());
        bytes[2] ^= 1;

        assertRefused("unknown schema fingerprint", bytes);
    }

    @Test
    void anotherRecordTypeIsRefusedEvenIfItsSchemaIsPublished() {
        var faces = new RecordCodec(
                List.of(LabeledFace.getClassSchema()), fingerprint -> Optional.of(Erasure.getClassSchema()));
        byte[] erasure = codec.encode(new Erasure("0_0", 1L, "ann", 7L, 0L, -1, -1));

        var e = assertThrows(UndecodableRecordException.class, () -> faces.decode(erasure));

        assertTrue(String.valueOf(e.getMessage()).contains("Erasure does not belong here"), e.getMessage());
    }

    @Test
    void aNewerWritersRecordIsReadOnceItsSchemaIsFound() throws IOException {
        Schema newer = new Schema.Parser().parse("""
                        {"type": "record", "name": "Erasure", "namespace": "io.rangestream.avro", "fields": [
                          {"name": "task", "type": "string"},
                          {"name": "requested_by", "type": {"type": "array", "items": "string"}, "default": []},
                          {"name": "sequence", "type": "long"},
                          {"name": "identity", "type": "string"}]}
                        """);
        var record = new GenericData.Record(newer);
        record.put("task", "0_2");
        record.put("requested_by", List.of("privacy", "office"));
        record.put("sequence", 12L);
        record.put("identity", "ann");
        byte[] bytes = encoded(newer, record);
        List<Long> asked = new ArrayList<>();
        var reader = new RecordCodec(List.of(Erasure.getClassSchema()), fingerprint -> {
            asked.add(fingerprint);
            return Optional.of(newer);
        });

        assertEquals(new Erasure("0_2", 12L, "ann", -1L, 0L, -1, -1), reader.decode(bytes));
        assertEquals(new Erasure("0_2", 12L, "ann", -1L, 0L, -1, -1), reader.decode(bytes));
        assertEquals(List.of(Fingerprint.of(newer)), asked, "looked up once");
    }

    @Test
    void anIncompatibleSchemaIsRefused() throws IOException {
        Schema other = new Schema.Parser().parse("""
                        {"type": "record", "name": "Erasure", "namespace": "io.rangestream.avro", "fields": [
                          {"name": "task", "type": "string"}]}
                        """);
        var record = new GenericData.Record(other);
        record.put("task", "0_2");
        var reader = new RecordCodec(List.of(Erasure.getClassSchema()), fingerprint -> Optional.of(other));
        byte[] bytes = encoded(other, record);

        var e = assertThrows(UndecodableRecordException.class, () -> reader.decode(bytes));

        assertTrue(String.valueOf(e.getMessage()).contains("cannot be read with"), e.getMessage());
    }

    @Test
    void absurdLengthsInDamagedBytesAreRefusedWithoutAllocatingThem() throws IOException {
        long[] lengths = {1_900_000_000L, Integer.MAX_VALUE, Integer.MAX_VALUE - 8L, 1L << 40, Long.MAX_VALUE, -5};
        for (long length : lengths) {
            // face_id, and then image after an empty face_id, identity and operation
            assertRefusedCheaply(record(LabeledFace.getClassSchema(), length));
            assertRefusedCheaply(record(LabeledFace.getClassSchema(), 0, 0, 0, length));
            // the map of attributes: image, encoding, width, height, captured_at, source, items
            assertRefusedCheaply(record(LabeledFace.getClassSchema(), 0, 0, 0, 0, 0, 0, 0, 0, 0, length));
            // the array of faces: batch_id, task, sequence, identities, samples_per_identity, items
            assertRefusedCheaply(record(TrainingBatch.getClassSchema(), 0, 0, 1, 1, 1, length));
        }
    }

    @Test
    void damagedBytesAreRefusedOrDecodedButNothingElseIsThrown() {
        var random = new Random(4);
        for (SpecificRecord sample : List.of(Samples.face(), Samples.batch())) {
            byte[] bytes = codec.encode(sample);
            for (int i = 0; i < 20_000; i++) {
                byte[] damaged = bytes.clone();
                for (int flips = random.nextInt(4); flips >= 0; flips--) {
                    damaged[Fingerprint.HEADER_BYTES + random.nextInt(bytes.length - Fingerprint.HEADER_BYTES)] =
                            (byte) random.nextInt(256);
                }
                try {
                    codec.decode(damaged);
                } catch (UndecodableRecordException expected) {
                    assertFalse(String.valueOf(expected.getMessage()).isBlank());
                }
            }
        }
    }

    @Test
    void nullStaysNullInTheSerde() {
        var serde = RecordSerde.of(LabeledFace.class, LabeledFace.getClassSchema(), SchemaSource.NONE);

        assertNull(serde.serializer().serialize("faces", null));
        assertNull(serde.deserializer().deserialize("faces", null));
        byte[] bytes = serde.serializer().serialize("faces", Samples.face());
        assertEquals(Samples.face(), serde.deserializer().deserialize("faces", bytes));
    }

    private void assertRefused(String part, byte[] bytes) {
        var e = assertThrows(UndecodableRecordException.class, () -> codec.decode(bytes));
        assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
    }

    private void assertRefusedCheaply(byte[] bytes) {
        var thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = thread.getCurrentThreadAllocatedBytes();
        assertThrows(UndecodableRecordException.class, () -> codec.decode(bytes));
        long allocated = thread.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 16_000_000, () -> "%d bytes allocated for %d".formatted(allocated, bytes.length));
    }

    /** A record whose fields are these numbers, each as Avro's variable-length integer, and some bytes to spare. */
    private static byte[] record(Schema schema, long... fields) throws IOException {
        var out = header(schema);
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        for (long field : fields) {
            encoder.writeLong(field);
        }
        out.writeBytes(new byte[20]);
        return out.toByteArray();
    }

    private static byte[] encoded(Schema schema, GenericData.Record record) throws IOException {
        var out = header(schema);
        new GenericDatumWriter<>(schema).write(record, EncoderFactory.get().directBinaryEncoder(out, null));
        return out.toByteArray();
    }

    private static ByteArrayOutputStream header(Schema schema) {
        var header = ByteBuffer.allocate(Fingerprint.HEADER_BYTES);
        Fingerprint.writeHeader(header, Fingerprint.of(schema));
        var out = new ByteArrayOutputStream();
        out.writeBytes(header.array());
        return out;
    }
}
