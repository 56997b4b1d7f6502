package io.rangestream.bench.sampler;

import io.rangestream.avro.Encoding;
import io.rangestream.avro.LabeledFace;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Faces of random pixels, one after the other of every identity in turn.
 *
 * @param identities people
 * @param side width and height in pixels; a face has 3 x side x side bytes
 */
record FaceStream(int identities, int side) {
    private static final RecordCodec CODEC = new RecordCodec(List.of(), SchemaSource.NONE);

    /** Sends the faces {@code from} … {@code to - 1}. */
    void send(CommonConfig common, long from, long to) throws ExecutionException, InterruptedException {
        Map<String, Object> config = new HashMap<>(common.clientConfig());
        config.put(ProducerConfig.LINGER_MS_CONFIG, 20);
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 * 1024);
        try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            Future<RecordMetadata> last = null;
            for (long face = from; face < to; face++) {
                last = producer.send(new ProducerRecord<>(
                        common.topics().faces(), identity(face).getBytes(StandardCharsets.UTF_8), record(face)));
            }
            producer.flush();
            if (last != null) {
                last.get();
            }
        }
    }

    String identity(long face) {
        return "person-%07d".formatted(face % identities);
    }

    private byte[] record(long face) {
        byte[] pixels = new byte[3 * side * side];
        new Random(face).nextBytes(pixels);
        return CODEC.encode(LabeledFace.newBuilder()
                .setIdentity(identity(face))
                .setFaceId("face-" + face)
                .setEncoding(Encoding.RAW_RGB)
                .setWidth(side)
                .setHeight(side)
                .setImage(ByteBuffer.wrap(pixels))
                .build());
    }
}
