package io.rangestream.schemas.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/**
 * Turns records into Avro single-object encoding and back.
 *
 * <p>A codec reads the record types it was made for, whatever version of their schema they were written with: one it
 * does not know it looks up by fingerprint in its {@link SchemaSource} before it refuses. If that is a {@link
 * RegistrySource}, it also reads records in a registry's framing. What any producer may write is bounded before it is
 * decoded: the schema ({@link WriterSchema}) and the record ({@link RecordScan}). Thread-safe.
 */
public final class RecordCodec {
    /** A registry's framing: a zero byte, the schema's id in four bytes, most significant first. */
    private static final int REGISTRY_HEADER_BYTES = 5;

    private static final byte REGISTRY_MARKER = 0;

    static {
        RecordClasses.find();
    }

    private final Map<String, Schema> readable;
    private final SchemaSource source;
    private final Map<Long, SpecificDatumReader<SpecificRecord>> readers = new ConcurrentHashMap<>();
    private final Map<Integer, SpecificDatumReader<SpecificRecord>> readersById = new ConcurrentHashMap<>();
    private final Map<Schema, Writer> writers = new ConcurrentHashMap<>();

    private record Writer(long fingerprint, SpecificDatumWriter<SpecificRecord> datum) {}

    /**
     * @param readable the schemas of the record types to read, as compiled in
     * @param source where unknown fingerprints are looked up
     */
    public RecordCodec(List<Schema> readable, SchemaSource source) {
        this.readable =
                readable.stream().collect(Collectors.toUnmodifiableMap(Schema::getFullName, Function.identity()));
        this.source = source;
        for (Schema schema : readable) {
            readers.put(Fingerprint.of(schema), reader(schema, schema));
        }
    }

    /** The record with its header. */
    public byte[] encode(SpecificRecord record) {
        return encode(record, 256);
    }

    /**
     * The record with its header.
     *
     * @param expectedBytes about how many bytes it will take; a wrong guess costs copies
     */
    public byte[] encode(SpecificRecord record, int expectedBytes) {
        Writer writer = writers.computeIfAbsent(
                record.getSchema(), schema -> new Writer(Fingerprint.of(schema), new SpecificDatumWriter<>(schema)));
        var out = new ByteArrayOutputStream(expectedBytes);
        var header = ByteBuffer.allocate(Fingerprint.HEADER_BYTES);
        Fingerprint.writeHeader(header, writer.fingerprint());
        out.writeBytes(header.array());
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        try {
            writer.datum().write(record, encoder);
            encoder.flush();
        } catch (IOException impossibleInMemory) {
            throw new UncheckedIOException(impossibleInMemory);
        }
        return out.toByteArray();
    }

    /**
     * The record in these bytes.
     *
     * @throws UnknownSchemaException if their schema is not known yet
     * @throws UndecodableRecordException if they are truncated, damaged, of another type or beyond the bounds
     */
    public SpecificRecord decode(byte[] bytes) {
        if (source instanceof RegistrySource registry
                && bytes.length >= REGISTRY_HEADER_BYTES
                && bytes[0] == REGISTRY_MARKER) {
            int id = ByteBuffer.wrap(bytes).getInt(1);
            SpecificDatumReader<SpecificRecord> reader = readersById.get(id);
            if (reader == null) {
                reader = readerOf(registry, id);
                readersById.put(id, reader);
            }
            return read(reader, bytes, REGISTRY_HEADER_BYTES);
        }
        long fingerprint = Fingerprint.readHeader(bytes);
        SpecificDatumReader<SpecificRecord> reader = readers.get(fingerprint);
        if (reader == null) {
            reader = readerOf(fingerprint);
            readers.put(fingerprint, reader);
        }
        return read(reader, bytes, Fingerprint.HEADER_BYTES);
    }

    private static SpecificRecord read(SpecificDatumReader<SpecificRecord> reader, byte[] bytes, int from) {
        RecordScan.require(reader.getSchema(), bytes, from);
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, from, bytes.length - from, null);
        try {
            return new SpecificDatumReader<SpecificRecord>(
                            reader.getSchema(), reader.getExpected(), reader.getSpecificData())
                    .read(null, decoder);
        } catch (IOException | RuntimeException e) {
            // Avro refuses damage by many types.
            throw new UndecodableRecordException(
                    "damaged %s: %s".formatted(name(reader), UndecodableRecordException.oneLine(e)), e);
        }
    }

    private SpecificDatumReader<SpecificRecord> readerOf(long fingerprint) {
        Optional<Schema> written = source.find(fingerprint);
        if (written.isEmpty()) {
            throw new UnknownSchemaException(fingerprint);
        }
        return readerOf(written.get(), Fingerprint.text(fingerprint));
    }

    private SpecificDatumReader<SpecificRecord> readerOf(RegistrySource registry, int id) {
        Schema written = registry.findById(id)
                .orElseThrow(() -> new UndecodableRecordException("the registry has no schema of id " + id));
        return readerOf(written, "of id " + id);
    }

    private SpecificDatumReader<SpecificRecord> readerOf(Schema written, String name) {
        WriterSchema.requireBounded(written);
        Schema expected = readable.get(written.getFullName());
        if (expected == null) {
            throw new UndecodableRecordException("a %s does not belong here, only %s"
                    .formatted(written.getFullName(), String.join(", ", readable.keySet())));
        }
        if (SchemaCompatibility.checkReaderWriterCompatibility(expected, written)
                        .getType()
                != SchemaCompatibilityType.COMPATIBLE) {
            throw new UndecodableRecordException("the schema %s of %s cannot be read with the one known here"
                    .formatted(name, expected.getFullName()));
        }
        return reader(written, expected);
    }

    private static SpecificDatumReader<SpecificRecord> reader(Schema written, Schema expected) {
        return new SpecificDatumReader<>(written, expected, SpecificData.getForSchema(expected));
    }

    private static String name(SpecificDatumReader<?> reader) {
        return reader.getExpected().getName();
    }
}
