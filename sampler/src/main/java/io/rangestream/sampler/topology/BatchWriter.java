package io.rangestream.sampler.topology;

import io.rangestream.avro.BatchFace;
import io.rangestream.avro.BufferStatistics;
import io.rangestream.avro.Encoding;
import io.rangestream.avro.LabeledFace;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.wire.Fingerprint;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.Encoder;
import org.apache.avro.io.EncoderFactory;

/**
 * Encodes a face once, when it is stored, and puts batches together from faces in that form: drawing a batch copies
 * bytes and decodes nothing. A stored face carries the fingerprint of its schema, so one written by an earlier release is
 * read with that schema and encoded anew. Not thread-safe.
 */
final class BatchWriter {
    private static final byte[] FACE_HEADER = Fingerprint.header(BatchFace.getClassSchema());
    private static final byte[] BATCH_HEADER = Fingerprint.header(TrainingBatch.getClassSchema());

    /** Usual room for names and lengths. */
    private static final int NAMES_BYTES = 256;

    private final SamplerConfig config;
    private final RecordCodec faces;
    private final GenericDatumWriter<GenericRecord> writer = new StoredFaceWriter();

    BatchWriter(SamplerConfig config, SchemaSource schemas) {
        this.config = config;
        this.faces = new RecordCodec(List.of(BatchFace.getClassSchema()), schemas);
    }

    /** The part of a face that is stored for training. */
    byte[] stored(LabeledFace face) {
        boolean raw = face.getEncoding() == Encoding.RAW_RGB;
        var stored = new BatchFace(
                face.getIdentity(),
                face.getFaceId(),
                face.getEncoding(),
                raw ? face.getWidth() : 0,
                raw ? face.getHeight() : 0,
                face.getImage());
        return faces.encode(stored, face.getImage().remaining() + NAMES_BYTES);
    }

    /** A TrainingBatch of stored faces, as it goes on the wire. */
    byte[] batch(String task, long sequence, List<byte[]> stored, long holdoutRecords, BufferStatistics buffers) {
        int size = 1024;
        for (byte[] face : stored) {
            size += face.length;
        }
        List<StoredFace> items =
                stored.stream().map(bytes -> new StoredFace(current(bytes))).toList();
        GenericRecord batch = new GenericRecordBuilder(TrainingBatch.getClassSchema())
                .set("batch_id", task + "/" + sequence)
                .set("task", task)
                .set("sequence", sequence)
                .set("identities", config.batchIdentities())
                .set("samples_per_identity", config.samplesPerIdentity())
                .set("faces", items)
                .set("holdout_records", holdoutRecords)
                .set("buffers", buffers)
                .build();
        var out = new ByteArrayOutputStream(size);
        out.writeBytes(BATCH_HEADER);
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        try {
            writer.write(batch, encoder);
            encoder.flush();
        } catch (IOException impossibleInMemory) {
            throw new UncheckedIOException(impossibleInMemory);
        }
        return out.toByteArray();
    }

    private byte[] current(byte[] stored) {
        boolean isCurrent = Arrays.equals(stored, 0, FACE_HEADER.length, FACE_HEADER, 0, FACE_HEADER.length);
        return isCurrent ? stored : faces.encode(faces.decode(stored));
    }

    /** A face in its encoded form, header included. */
    private record StoredFace(byte[] bytes) {}

    /** Writes encoded faces as they are and everything else as the schema says. */
    private static final class StoredFaceWriter extends GenericDatumWriter<GenericRecord> {
        StoredFaceWriter() {
            super(TrainingBatch.getClassSchema(), GenericData.get());
        }

        @Override
        protected void writeRecord(Schema schema, Object datum, Encoder out) throws IOException {
            if (datum instanceof StoredFace face) {
                out.writeFixed(face.bytes(), FACE_HEADER.length, face.bytes().length - FACE_HEADER.length);
            } else {
                super.writeRecord(schema, datum, out);
            }
        }
    }
}
