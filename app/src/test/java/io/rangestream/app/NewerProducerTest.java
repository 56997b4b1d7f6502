package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.rangestream.avro.LabeledFace;
import io.rangestream.sampler.Sampler;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.wire.Fingerprint;
import io.rangestream.schemas.wire.SchemaTopic;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Field;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A producer of a later release, whose faces have a field that the running sampler has never heard of. */
class NewerProducerTest {
    private static final Schema NEWER = newer();

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path directory;

    @Test
    void itsFacesAreReadOnceItsSchemaIsThere() throws Exception {
        Settings settings = BROKER.settings("newer.", WholeWay.small(directory));
        CommonConfig common = CommonConfig.from(settings);
        try (Sampler sampler = WholeWay.sampler(settings);
                var producer =
                        new KafkaProducer<>(common.clientConfig(), new StringSerializer(), new ByteArraySerializer())) {
            // Given a face whose schema nobody has published
            producer.send(face(common, "too-early")).get();
            WholeWay.await("it is refused", () -> sampler.status().rejected() == 1);

            // When the producer does as it should
            SchemaTopic.publish(common.topics().schemas(), common.clientConfig(), List.of(NEWER));
            Thread.sleep(1_100); // a sampler looks at most once a second
            producer.send(face(common, "in-time")).get();

            // Then its face is taken in
            WholeWay.await("it is taken in", () -> {
                var status = sampler.status();
                return status.accepted() + status.heldOut() == 1;
            });
            assertEquals(1, sampler.status().rejected());
        }
    }

    private static ProducerRecord<String, byte[]> face(CommonConfig common, String faceId) throws IOException {
        var face = new GenericRecordBuilder(NEWER)
                .set("face_id", faceId)
                .set("identity", "ann")
                .set(
                        "encoding",
                        new GenericData.EnumSymbol(NEWER.getField("encoding").schema(), "RAW_RGB"))
                .set("width", 8)
                .set("height", 8)
                .set("image", ByteBuffer.wrap(new byte[3 * 8 * 8]))
                .set("sharpness", 0.5)
                .build();
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(Fingerprint.header(NEWER));
        var encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
        new GenericDatumWriter<>(NEWER).write(face, encoder);
        return new ProducerRecord<>(common.topics().faces(), "ann", bytes.toByteArray());
    }

    private static Schema newer() {
        Schema known = LabeledFace.getClassSchema();
        Schema sharpness = Schema.create(Schema.Type.DOUBLE);
        var fields = Stream.concat(
                        known.getFields().stream().map(field -> new Field(field, field.schema())),
                        Stream.of(new Field("sharpness", sharpness, "How sharp the crop is.", 0.0)))
                .toList();
        return Schema.createRecord(known.getName(), known.getDoc(), known.getNamespace(), false, fields);
    }
}
