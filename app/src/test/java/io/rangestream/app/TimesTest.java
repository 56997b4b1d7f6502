package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.app.correction.TopicScan;
import io.rangestream.avro.Encoding;
import io.rangestream.avro.LabeledFace;
import io.rangestream.sampler.Sampler;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Producers' clocks, where the faces topic goes by them. */
class TimesTest {
    private static final RecordCodec CODEC = new RecordCodec(List.of(LabeledFace.getClassSchema()), SchemaSource.NONE);
    private static final Instant LONG_AGO = Instant.parse("2015-01-01T00:00:00Z");
    private static final Instant FAR_AHEAD = Instant.parse("2115-01-01T00:00:00Z");

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path directory;

    @Test
    void whatTheSamplerWritesIsStampedWithNowWhateverTimeTheFaceHad() throws Exception {
        // Given a faces topic that takes any time, and other topics that take none from the future
        var own = new HashMap<>(WholeWay.small(directory));
        own.put(SamplerConfig.HOLDOUT_IDENTITIES, "zoe");
        Settings settings = BROKER.settings("times.", own);
        CommonConfig common = CommonConfig.from(settings);
        takeAnyTime(common);
        Instant began = Instant.now().minusSeconds(1);

        // When faces and junk come from the past, the future and no time at all
        try (Sampler sampler = WholeWay.sampler(settings)) {
            for (Instant at : List.of(LONG_AGO, FAR_AHEAD, Instant.EPOCH)) {
                send(common, at, "ann", face("ann", at.toString()));
                send(common, at, "zoe", face("zoe", at.toString()));
                send(common, at, "ann", new byte[] {1});
            }
            WholeWay.await("everything is dealt with", () -> {
                var s = sampler.status();
                return s.accepted() == 3 && s.heldOut() == 3 && s.rejected() == 3;
            });
            WholeWay.await(
                    "the letters are there",
                    () -> records(common, common.topics().facesRejected()).size() == 3);
            assertFalse(sampler.failure().isPresent());
        }

        // Then retention and compaction of what it wrote count from now
        for (String topic : List.of(
                common.topics().facesRejected(),
                common.topics().facesHoldout(),
                "times.rangestream-sampler-identities-changelog",
                "times.rangestream-sampler-holdout-changelog")) {
            List<ConsumerRecord<byte[], byte[]>> written = records(common, topic);
            assertFalse(written.isEmpty(), topic);
            for (var record : written) {
                Instant at = Instant.ofEpochMilli(record.timestamp());
                assertTrue(!at.isBefore(began) && !at.isAfter(Instant.now()), topic + " " + at);
            }
        }

        // And both times of a letter are listed, and a replay is stamped with now
        CommandRun list = CommandRun.of(BROKER, "times.", List.of("rejected", "list"));
        assertTrue(list.out().contains(LONG_AGO.toString()), list.out());
        assertTrue(list.out().contains(FAR_AHEAD.toString()), list.out());
        assertTrue(list.out().contains(began.toString().substring(0, 14)), list.out());
        int before = records(common, common.topics().faces()).size();
        assertEquals(
                "3 replayed",
                CommandRun.of(BROKER, "times.", List.of("rejected", "replay")).out());
        for (var record : records(common, common.topics().faces()).subList(before, before + 3)) {
            assertTrue(record.timestamp() >= began.toEpochMilli() && record.timestamp() <= System.currentTimeMillis());
        }
    }

    private static void takeAnyTime(CommonConfig common) throws Exception {
        var faces =
                new ConfigResource(ConfigResource.Type.TOPIC, common.topics().faces());
        try (Admin admin = Admin.create(common.clientConfig())) {
            admin.incrementalAlterConfigs(Map.of(
                            faces,
                            List.of(
                                    set(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime"),
                                    set(
                                            TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG,
                                            Long.toString(
                                                    Duration.ofDays(50_000).toMillis())))))
                    .all()
                    .get();
        }
    }

    private static AlterConfigOp set(String name, String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), OpType.SET);
    }

    private static byte[] face(String identity, String faceId) {
        byte[] image = ByteBuffer.allocate(54 + 8 * 8 * 3)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(0, (byte) 'B')
                .put(1, (byte) 'M')
                .putInt(10, 54)
                .putInt(14, 40)
                .putInt(18, 8)
                .putInt(22, 8)
                .putShort(26, (short) 1)
                .putShort(28, (short) 24)
                .array();
        return CODEC.encode(LabeledFace.newBuilder()
                .setIdentity(identity)
                .setFaceId(faceId)
                .setEncoding(Encoding.BMP)
                .setImage(ByteBuffer.wrap(image))
                .build());
    }

    private static void send(CommonConfig common, Instant at, String identity, byte[] value) throws Exception {
        try (var producer =
                new KafkaProducer<>(common.clientConfig(), new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(common.topics().faces(), null, at.toEpochMilli(), identity, value))
                    .get();
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(CommonConfig common, String topic) {
        var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        try (var scan = new TopicScan(common, topic)) {
            scan.read(scan.ends(), records::add);
        }
        return records;
    }
}
