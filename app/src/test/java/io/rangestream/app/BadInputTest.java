package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Encoding;
import io.rangestream.avro.LabeledFace;
import io.rangestream.sampler.Sampler;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be used becomes a dead letter with its reason and origin, and the rest flows on. */
class BadInputTest {
    private static final int GOOD_FACES = 200;

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    private static final RecordCodec CODEC = new RecordCodec(List.of(LabeledFace.getClassSchema()), SchemaSource.NONE);

    @TempDir
    Path directory;

    @Test
    void badRecordsBecomeDeadLettersAndTheCountsAddUp() throws InterruptedException, ExecutionException {
        Settings settings = BROKER.settings("bad.", WholeWay.small(directory));
        CommonConfig common = CommonConfig.from(settings);
        Map<String, byte[]> bad = badRecords();

        try (Sampler sampler = WholeWay.sampler(settings)) {
            send(common, bad);
            WholeWay.ingest(settings, 40, GOOD_FACES);
            WholeWay.await("everything is dealt with", () -> {
                var s = sampler.status();
                return s.accepted() + s.heldOut() + s.duplicates() + s.rejected() >= GOOD_FACES + bad.size();
            });

            assertTrue(sampler.isLive());
            assertEquals(bad.size(), sampler.status().rejected());
            assertTrue(sampler.status().batches() > 0);
        }

        List<ConsumerRecord<String, byte[]>> letters = deadLetters(common, bad.size());
        var reasons = new TreeMap<String, String>();
        for (var letter : letters) {
            reasons.put(letter.key(), header(letter, "__streams.errors.message"));
            assertEquals(common.topics().faces(), header(letter, "__streams.errors.topic"));
            assertTrue(header(letter, "__streams.errors.offset").matches("[0-9]+"));
            assertTrue(Arrays.equals(bad.get(letter.key()), letter.value()), letter.key());
            assertEquals("camera-7", header(letter, "trace"));
        }
        assertEquals(bad.keySet(), reasons.keySet());
        assertTrue(reasons.get("no-image").contains("not a JPEG, PNG or BMP"), reasons.toString());
        assertTrue(reasons.get("huge-header").contains("20000"), reasons.toString());
        assertTrue(reasons.get("empty-identity").contains("identity"), reasons.toString());
        assertTrue(reasons.get("truncated").contains("truncated"), reasons.toString());
        assertTrue(reasons.get("unknown-schema").contains("unknown schema fingerprint"), reasons.toString());
        assertTrue(reasons.get("text").contains("not Avro single-object encoding"), reasons.toString());
    }

    private static Map<String, byte[]> badRecords() {
        var bad = new TreeMap<String, byte[]>();
        bad.put("no-image", face("no-image", "hello".getBytes(StandardCharsets.US_ASCII), Encoding.JPEG));
        bad.put("huge-header", face("huge-header", hugePng(), Encoding.PNG));
        bad.put("empty-identity", face("", new byte[] {1}, Encoding.PNG));
        byte[] whole = face("truncated", hugePng(), Encoding.PNG);
        bad.put("truncated", Arrays.copyOf(whole, whole.length / 2));
        byte[] unknown = whole.clone();
        Arrays.fill(unknown, 2, 10, (byte) 0x5A);
        bad.put("unknown-schema", unknown);
        bad.put("text", "{\"identity\": \"text\"}".getBytes(StandardCharsets.UTF_8));
        return bad;
    }

    private static byte[] face(String identity, byte[] image, Encoding encoding) {
        return CODEC.encode(LabeledFace.newBuilder()
                .setIdentity(identity)
                .setImage(ByteBuffer.wrap(image))
                .setEncoding(encoding)
                .build());
    }

    /** The first bytes of a PNG of 20,000 x 20,000 pixels. */
    private static byte[] hugePng() {
        return ByteBuffer.allocate(64)
                .putLong(0x89504E470D0A1A0AL)
                .putInt(13)
                .putInt(0x49484452)
                .putInt(20_000)
                .putInt(20_000)
                .array();
    }

    private static void send(CommonConfig common, Map<String, byte[]> records)
            throws ExecutionException, InterruptedException {
        try (var producer =
                new KafkaProducer<>(common.clientConfig(), new StringSerializer(), new ByteArraySerializer())) {
            for (var entry : records.entrySet()) {
                var record = new ProducerRecord<>(common.topics().faces(), entry.getKey(), entry.getValue());
                record.headers().add("trace", "camera-7".getBytes(StandardCharsets.US_ASCII));
                producer.send(record).get();
            }
        }
    }

    private static List<ConsumerRecord<String, byte[]>> deadLetters(CommonConfig common, int expected)
            throws InterruptedException {
        var letters = new ArrayList<ConsumerRecord<String, byte[]>>();
        Map<String, Object> config = common.clientConfig();
        config.put("isolation.level", "read_committed");
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            var partition = new TopicPartition(common.topics().facesRejected(), 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            WholeWay.await("dead letters are there", () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(letters::add);
                return letters.size() >= expected;
            });
        }
        return letters;
    }

    private static String header(ConsumerRecord<String, byte[]> record, String name) {
        var header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
