package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.BatchFace;
import io.rangestream.avro.Encoding;
import io.rangestream.avro.LabeledFace;
import io.rangestream.avro.Operation;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.learner.Learner;
import io.rangestream.learner.config.CheckpointConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A face whose structure is sound and whose pixels are not: the sampler takes it in, the learner cannot decode it. */
class UndecodableFaceTest {
    private static final RecordCodec CODEC =
            new RecordCodec(List.of(TrainingBatch.getClassSchema(), LabeledFace.getClassSchema()), SchemaSource.NONE);

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    Path directory;

    @Test
    void itIsLeftOutReportedOnceByItsFaceIdAndTakenBackByACommand() throws Exception {
        // Given batches of two versions, each with the same damaged face
        LearnerRun.Log log = LearnerRun.Log.draw(BROKER, "undecodable-source.", 120, directory);
        LearnerRun run = LearnerRun.of(
                        BROKER, "undecodable.", CheckpointConfig.DIRECTORY, directory.resolve("run"), Map.of())
                .begin(log);
        var batches = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        for (ConsumerRecord<byte[], byte[]> batch : log.batches().subList(0, 2 * LearnerRun.BATCHES_PER_VERSION)) {
            batches.add(damaged(batch));
        }
        run.send(batches);

        // When a learner has trained on them
        try (Learner learner = WholeWay.learner(run.settings())) {
            WholeWay.await("two versions", () -> {
                WholeWay.requireAlive(learner);
                return learner.status().version() == 2;
            });
            assertEquals(batches.size(), learner.status().skippedCrops());
        }

        // Then it is listed once
        CommonConfig common = run.common();
        String listed = command("rejected", "list");
        assertTrue(listed.contains("1 rejected"), listed);
        assertTrue(listed.contains("the learner leaves it out: "), listed);
        assertTrue(listed.contains("(face damaged-7)"), listed);
        assertTrue(listed.contains(common.topics().batches() + "-0@0"), listed);

        // And is not sent again but taken back
        assertTrue(command("rejected", "replay").contains("0 replayed"));
        assertTrue(command("rejected", "retract", "--no-wait").contains("1 ordered"));
        try (var faces = new TopicLog(common, common.topics().faces())) {
            Set<String> orders = faces.readToEnd().stream()
                    .map(record -> (LabeledFace) CODEC.decode(record.value()))
                    .map(face -> face.getOperation() + " " + face.getFaceId())
                    .collect(Collectors.toSet());
            assertEquals(Set.of(Operation.RETRACT + " damaged-7"), orders);
        }
    }

    private static String command(String... arguments) {
        CommandRun run = CommandRun.of(BROKER, "undecodable.", List.of(arguments));
        assertEquals(0, run.exit(), run.err());
        return run.out();
    }

    private static ConsumerRecord<byte[], byte[]> damaged(ConsumerRecord<byte[], byte[]> record) {
        var batch = (TrainingBatch) CODEC.decode(record.value());
        var faces = new ArrayList<>(batch.getFaces());
        faces.set(
                0,
                BatchFace.newBuilder(faces.get(0))
                        .setIdentity("somebody")
                        .setFaceId("damaged-7")
                        .setEncoding(Encoding.PNG)
                        .setImage(ByteBuffer.wrap(pngWithoutPixels()))
                        .build());
        byte[] value =
                CODEC.encode(TrainingBatch.newBuilder(batch).setFaces(faces).build());
        return new ConsumerRecord<>(
                record.topic(),
                0,
                record.offset(),
                record.timestamp(),
                TimestampType.CREATE_TIME,
                0,
                value.length,
                record.key(),
                value,
                record.headers(),
                record.leaderEpoch());
    }

    /** Chunks as they should be, but what should be compressed pixels is not. */
    private static byte[] pngWithoutPixels() {
        ByteBuffer header = ByteBuffer.allocate(13).putInt(64).putInt(64).put(new byte[] {8, 2, 0, 0, 0});
        ByteBuffer png = ByteBuffer.allocate(200).putLong(0x89504E470D0A1A0AL);
        chunk(png, "IHDR", header.array());
        chunk(png, "IDAT", "these are no pixels".getBytes(StandardCharsets.US_ASCII));
        chunk(png, "IEND", new byte[0]);
        var bytes = new byte[png.position()];
        png.flip().get(bytes);
        return bytes;
    }

    private static void chunk(ByteBuffer to, String type, byte[] data) {
        var crc = new CRC32();
        crc.update(type.getBytes(StandardCharsets.US_ASCII));
        crc.update(data);
        to.putInt(data.length)
                .put(type.getBytes(StandardCharsets.US_ASCII))
                .put(data)
                .putInt((int) crc.getValue());
    }
}
