package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.app.correction.Relabelling;
import io.rangestream.app.correction.TopicScan;
import io.rangestream.avro.Encoding;
import io.rangestream.avro.LabeledFace;
import io.rangestream.learner.Learner;
import io.rangestream.sampler.Sampler;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.wire.DeadLetterHeaders;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import javax.imageio.ImageIO;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Erasing, retracting and relabelling by command, against a running sampler of two partitions and a running learner. */
class CorrectionTest {
    private static final RecordCodec CODEC = new RecordCodec(List.of(LabeledFace.getClassSchema()), SchemaSource.NONE);

    @RegisterExtension
    static final SharedBroker BROKER = new SharedBroker();

    @TempDir
    static Path directory;

    private static Settings settings;
    private static Sampler sampler;
    private static Learner learner;

    @BeforeAll
    static void start() throws InterruptedException {
        var more = new HashMap<>(WholeWay.small(directory));
        more.put(CommonConfig.TOPIC_PARTITIONS, "2");
        more.put(SamplerConfig.HOLDOUT_IDENTITIES, "heldout");
        settings = BROKER.settings("correction.", more);
        sampler = WholeWay.sampler(settings);
        learner = WholeWay.learner(settings);
        WholeWay.ingest(settings, 60, 400);
        WholeWay.await("the learner has trained", () -> {
            WholeWay.requireAlive(learner);
            return learner.status().batches() > 0;
        });
    }

    @AfterAll
    static void stop() {
        sampler.close();
        learner.close();
    }

    @Test
    void anErasureIsDoneWhenEveryTaskAndTheLearnerHaveComplied() throws Exception {
        send("ann", 0, Set.of("a0", "a1", "a2"));
        // A foreign producer's partitioner puts her elsewhere, too.
        send("ann", 1, Set.of("a3"));
        assertEquals(
                "4 faces would be moved",
                run("relabel", "ann", "x", "--dry-run").out());

        CommandRun erased = run("erase", "ann");

        assertEquals(0, erased.exit(), erased.err());
        assertTrue(erased.out().contains("sampler: 2 of 2 tasks have complied"), erased.out());
        assertTrue(erased.out().contains("learner: has complied with 2 of 2 tasks"), erased.out());
        assertTrue(
                erased.out().contains("found: 4 faces in the buffers and 0 in the holdout, on 2 of 2 tasks"),
                erased.out());
        assertTrue(erased.out().endsWith("erased: every task and the learner have complied"), erased.out());
        assertEquals(
                "0 faces would be moved",
                run("relabel", "ann", "x", "--dry-run").out());
    }

    @Test
    void somebodyInTheHoldoutLeavesItToo() throws Exception {
        send("heldout", 0, Set.of("h0", "h1"));
        WholeWay.await("they are held out", () -> heldOut("heldout").size() == 2);

        CommandRun erased = run("erase", "heldout");

        assertEquals(0, erased.exit(), erased.err());
        assertTrue(erased.out().contains("0 faces in the buffers and 2 in the holdout, on 1 of 2 tasks"), erased.out());

        assertEquals(Set.of(), heldOut("heldout"));
    }

    @Test
    void whoIsUnknownIsCompliedWithAsWell() {
        CommandRun erased = run("erase", "nobody");

        assertEquals(0, erased.exit(), erased.err());
        assertTrue(erased.out().contains("found: nobody of this name in the buffers or the holdout"), erased.out());
        assertTrue(erased.out().contains("every task and the learner have complied"), erased.out());
    }

    @Test
    void whatNobodyHasIsNeitherRetractedNorRelabelled() throws Exception {
        send("gina", 0, Set.of("g0"));

        CommandRun retracted = run("retract", "gina", "g9");
        CommandRun relabelled = run("relabel", "nobody at all", "gina");

        assertEquals(1, retracted.exit());
        assertEquals(
                "rangestream: nothing was taken back: no task has or remembers such a face of this identity",
                retracted.err());
        assertEquals(1, relabelled.exit());
        assertEquals(
                "rangestream: nothing was moved: nobody of the name FROM has a face in the buffers, the holdout or the faces"
                        + " topic",
                relabelled.err());
    }

    @Test
    void whoeverHasNotCompliedInTimeIsNamed() {
        BROKER.settings("idle.", Map.of());

        CommandRun erased = run("erase", "ann", "--timeout", "1", "--topic-prefix", "idle.");
        CommandRun ordered = run("erase", "ann", "--no-wait", "--topic-prefix", "idle.");

        assertEquals(1, erased.exit());
        assertEquals(
                "rangestream: not done within 1 s: the sampler task of partition 0, the learner;"
                        + " the order stands and is complied with later",
                erased.err());
        assertEquals(0, ordered.exit());
        assertEquals("ordered on 1 partitions of idle.faces", ordered.out());
    }

    @Test
    void aRelabelledPersonsFacesAreTheOthersAndHersNoMore() throws Exception {
        send("carla", 0, Set.of("c0", "c1", "c2"));

        CommandRun moved = run("relabel", "carla", "karla");

        assertEquals(0, moved.exit(), moved.err());
        assertTrue(moved.out().endsWith("3 faces were moved"), moved.out());
        assertEquals(
                "0 faces would be moved",
                run("relabel", "carla", "x", "--dry-run").out());
        assertEquals(
                "3 faces would be moved",
                run("relabel", "karla", "x", "--dry-run").out());
    }

    @Test
    void oneFaceIsRelabelledAndTheOthersStay() throws Exception {
        send("dora", 0, Set.of("d0", "d1"));

        CommandRun moved = run("relabel", "dora", "ida", "--face", "d1");
        CommandRun unknown = run("relabel", "dora", "ida", "--face", "d9");

        assertEquals(0, moved.exit(), moved.err());
        assertEquals("1 face was moved", moved.out());
        assertEquals(
                "1 faces would be moved",
                run("relabel", "dora", "x", "--dry-run").out());
        assertEquals(
                "1 faces would be moved",
                run("relabel", "ida", "x", "--dry-run").out());
        assertEquals(1, unknown.exit());
        assertTrue(unknown.err().contains("no such face"), unknown.err());
    }

    @Test
    void aFaceThatNoTaskHasIsNotSaidToBeMoved() throws Exception {
        sendBytes(
                "hal",
                0,
                CODEC.encode(LabeledFace.newBuilder()
                        .setIdentity("hal")
                        .setFaceId("h-refused")
                        .setEncoding(Encoding.PNG)
                        .setImage(ByteBuffer.wrap(new byte[] {1, 2, 3}))
                        .build()));

        CommandRun moved = run("relabel", "hal", "otto", "--face", "h-refused");

        assertEquals(1, moved.exit());
        assertEquals(
                "rangestream: no task has or remembers such a face of FROM, so nothing was taken back; it was sent under TO",
                moved.err());
    }

    @Test
    void whatTheLearnerCannotDecodeIsTakenBackWhereItIsAndSaidSo() throws Exception {
        send("jane", 0, Set.of("j0"));
        report("jane", "j0");
        report("jane", "j9");

        CommandRun retracted = run("rejected", "retract", "--reason", "damaged jane");

        assertEquals(0, retracted.exit(), retracted.err());
        assertTrue(
                retracted.out().contains("face j0: found by the task of partition 0: it was in the buffer"),
                retracted.out());
        assertTrue(retracted.out().contains("face j9: no task has or remembers it"), retracted.out());
        assertTrue(retracted.out().endsWith("1 of 2 taken back"), retracted.out());

        report("jane", "j8");
        CommandRun nothing = run("rejected", "retract", "--reason", "damaged jane j8");
        assertEquals(1, nothing.exit());
        assertEquals("rangestream: nothing was taken back: no task has or remembers such a face", nothing.err());
    }

    /** As the learner does of a face that it cannot decode. */
    private static void report(String identity, String faceId) throws InterruptedException, ExecutionException {
        CommonConfig common = CommonConfig.from(settings);
        byte[] value = CODEC.encode(LabeledFace.newBuilder()
                .setIdentity(identity)
                .setFaceId(faceId)
                .setEncoding(Encoding.PNG)
                .build());
        var letter = new ProducerRecord<>(common.topics().facesRejected(), identity, value);
        letter.headers()
                .add(
                        DeadLetterHeaders.MESSAGE,
                        "damaged %s %s".formatted(identity, faceId).getBytes(StandardCharsets.UTF_8))
                .add(DeadLetterHeaders.FACE_ID, faceId.getBytes(StandardCharsets.UTF_8));
        try (var producer =
                new KafkaProducer<>(common.clientConfig(), new StringSerializer(), new ByteArraySerializer())) {
            producer.send(letter).get();
        }
    }

    @Test
    void aRetractedFaceIsTakenBackFromWhereverItIs() throws Exception {
        send("emma", 1, Set.of("e0", "e1"));

        CommandRun retracted = run("retract", "emma", "e0");

        assertEquals(0, retracted.exit(), retracted.err());
        assertTrue(retracted.out().contains("found by the task of partition 1: it was in the buffer"), retracted.out());
        assertTrue(retracted.out().endsWith("taken back"), retracted.out());
        assertEquals(
                "1 faces would be moved",
                run("relabel", "emma", "x", "--dry-run").out());
    }

    @Test
    void aRetractionTakesAFaceBackFromItsOwnPartitionAlone() throws Exception {
        send("fay", 0, Set.of("f0", "f1"));
        send("fay", 1, Set.of("f0"));
        assertEquals(
                "2 faces would be moved",
                run("relabel", "fay", "x", "--dry-run").out());

        sendBytes("fay", 0, Relabelling.retraction("fay", "f0"));
        assertEquals(
                "2 faces would be moved",
                run("relabel", "fay", "x", "--dry-run").out());

        sendBytes("fay", 1, Relabelling.retraction("fay", "f0"));
        assertEquals(
                "1 faces would be moved",
                run("relabel", "fay", "x", "--dry-run").out());
    }

    private static void sendBytes(String identity, int partition, byte[] value)
            throws InterruptedException, ExecutionException {
        CommonConfig common = CommonConfig.from(settings);
        try (var producer =
                new KafkaProducer<>(common.clientConfig(), new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(common.topics().faces(), partition, identity, value))
                    .get();
        }
    }

    private static void send(String identity, int partition, Set<String> faceIds)
            throws IOException, InterruptedException, ExecutionException {
        CommonConfig common = CommonConfig.from(settings);
        try (var producer =
                new KafkaProducer<>(common.clientConfig(), new StringSerializer(), new ByteArraySerializer())) {
            for (String faceId : new TreeSet<>(faceIds)) {
                byte[] face = CODEC.encode(LabeledFace.newBuilder()
                        .setIdentity(identity)
                        .setFaceId(faceId)
                        .setEncoding(Encoding.PNG)
                        .setImage(ByteBuffer.wrap(picture(faceId.hashCode())))
                        .build());
                producer.send(new ProducerRecord<>(common.topics().faces(), partition, identity, face))
                        .get();
            }
        }
    }

    private static byte[] picture(int seed) throws IOException {
        var image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
        var random = new Random(seed);
        for (int pixel = 0; pixel < 64 * 64; pixel++) {
            image.setRGB(pixel % 64, pixel / 64, random.nextInt(0x1000000));
        }
        var png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }

    /** Keys of an identity's faces that are on the holdout topic and not taken back. */
    private static Set<String> heldOut(String identity) {
        CommonConfig common = CommonConfig.from(settings);
        var keys = new TreeSet<String>();
        try (var scan = new TopicScan(common, common.topics().facesHoldout())) {
            scan.read(scan.ends(), record -> {
                String key = new String(record.key(), StandardCharsets.UTF_8);
                if (key.startsWith(identity + "/") && record.value() != null) {
                    keys.add(key);
                } else {
                    keys.remove(key);
                }
            });
        }
        return keys;
    }

    /** Runs a command; a topic prefix among the arguments replaces the one of this test. */
    private static CommandRun run(String... arguments) {
        return CommandRun.of(BROKER, "correction.", List.of(arguments));
    }
}
