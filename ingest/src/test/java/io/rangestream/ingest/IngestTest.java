package io.rangestream.ingest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Encoding;
import io.rangestream.avro.LabeledFace;
import io.rangestream.ingest.source.Crops;
import io.rangestream.ingest.source.FaceOrder;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.ingest.source.PathCharset;
import io.rangestream.ingest.source.Reason;
import io.rangestream.ingest.source.Rejections;
import io.rangestream.ingest.synthetic.Population;
import io.rangestream.ingest.synthetic.SyntheticFaces;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.identity.IdentityList;
import io.rangestream.schemas.image.FaceIds;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IngestTest {
    private static final Settings DEFAULTS = Settings.of(Map.of());

    @TempDir
    Path dir;

    private final MockProducer<String, byte[]> producer = producer(true);

    @Test
    void everyCropIsSentUnderItsIdentityAndDecodes() throws IOException {
        try (FaceSource source = FaceSource.open(Crops.lfwLike().zip(dir.resolve("a.zip")))) {
            IngestSummary summary = run(DEFAULTS, source, Optional.empty());

            assertTrue(summary.complete());
            assertEquals(6, producer.history().size());
            assertEquals(new Quantiles(1, 1, 2, 3, 3, 3), summary.cropsPerIdentity());
            assertEquals(3, summary.identities());
            ProducerRecord<String, byte[]> zoe = producer.history().stream()
                    .filter(record -> record.key().equals("Zoë_Tail"))
                    .findFirst()
                    .orElseThrow();
            LabeledFace face = decoded(zoe);
            assertEquals("faces", zoe.topic());
            assertEquals("Zoë_Tail", face.getIdentity());
            assertEquals("Zoë_Tail/Zoë_Tail_0001.jpg", face.getSource());
            assertEquals(Encoding.PNG, face.getEncoding(), "by its bytes, not by its name");
            assertEquals(FaceIds.contentHash(Crops.png(9)), face.getFaceId());
            assertArrayEquals(Crops.png(9), face.getImage().array());
        }
    }

    @Test
    void whatCannotBeSentIsCountedAndTheRestFlowsOn() throws IOException {
        Crops crops = Crops.lfwLike()
                .with("lfw-112/Ann_Head/empty.jpg", new byte[0])
                .with("lfw-112/Ann_Head/large.jpg", new byte[70_000])
                .with("lfw-112/Ann_Head/text.jpg", new byte[50])
                .with("lfw-112/Ann_Head/bomb.png", bomb())
                .with("lfw-112/Ann_Head/cut.png", Arrays.copyOf(Crops.png(2), 60))
                .with("lfw-112/notes.txt", new byte[] {1});
        for (int i = 0; i < 7; i++) {
            crops = crops.with("lfw-112/Bob_Mid/broken" + i + ".jpg", new byte[] {(byte) i});
        }
        try (FaceSource source = FaceSource.open(crops.tarGz(dir.resolve("a.tgz")))) {
            IngestSummary summary = run(DEFAULTS.with(IngestConfig.MAX_SIDE, 0), source, Optional.empty());

            assertEquals(6, summary.crops());
            assertEquals(crops.files().size(), summary.crops() + summary.rejectedTotal());
            assertEquals(1, summary.rejected().get(Reason.EMPTY).count());
            assertEquals(1, summary.rejected().get(Reason.TOO_LARGE).count());
            assertEquals(
                    List.of("Ann_Head/cut.png: a PNG that is cut off: no end after 60 bytes"),
                    summary.rejected().get(Reason.UNUSABLE_IMAGE).samples());
            assertEquals(8, summary.rejected().get(Reason.NOT_AN_IMAGE).count());
            assertEquals(
                    5, summary.rejected().get(Reason.NOT_AN_IMAGE).samples().size());
            assertEquals(
                    List.of("Ann_Head/bomb.png: 8000 x 8000 pixels"),
                    summary.rejected().get(Reason.TOO_MANY_PIXELS).samples());
            String text = summary.render();
            assertTrue(text.startsWith("sent 6 crops of 3 identities"), text);
            assertTrue(text.contains("not sent: 13"), text);
            assertTrue(text.contains("8: not a JPEG, PNG or BMP image"), text);
        }
    }

    @Test
    void whatWasFoundAddsUpAndEveryRejectionIsLogged() throws IOException {
        Crops crops = Crops.lfwLike().with("lfw-112/notes.txt", new byte[] {1});
        for (int i = 0; i < 9; i++) {
            crops = crops.with("lfw-112/Bob_Mid/broken" + i + ".jpg", new byte[] {(byte) i});
        }
        List<String> logged = new ArrayList<>();
        Rejections.Log log = (reason, name, detail) -> logged.add(name);
        try (FaceSource source =
                FaceSource.open(crops.zip(dir.resolve("a.zip")), PathCharset.DEFAULT, new Rejections(log))) {
            var ingest = new Ingest(IngestConfig.from(DEFAULTS), "faces", "b:1", producer, Time.SYSTEM, log);
            var some = new IdentityList(Set.of("Bob_Mid", "Ann_Head"));

            IngestSummary summary = ingest.run(source, Optional.of(some), ProgressListener.NONE);

            assertEquals(16, summary.found());
            assertEquals(5, summary.crops());
            assertEquals(10, summary.rejectedTotal());
            assertEquals(1, summary.notAskedFor());
            assertEquals(0, summary.notReached());
            assertEquals(10, logged.size());
            String text = summary.render();
            assertTrue(text.contains("found 16 files: 5 sent, 10 not sent, 1 not asked for"), text);
            assertTrue(text.contains("identities are the folders in lfw-112/"), text);
        }
    }

    @Test
    void identitiesAndLimitChoose() {
        var source = new SyntheticFaces(Population.of(10, 60), 1);
        var some = new IdentityList(Set.of("person-1-00003", "person-1-00004", "nobody"));

        IngestSummary summary = run(DEFAULTS, source, Optional.of(some));

        assertEquals(1, summary.identitiesNotFound());
        assertEquals(Set.of("person-1-00003", "person-1-00004"), Set.copyOf(keys()));
        producer.clear();
        assertEquals(
                7,
                run(DEFAULTS.with(IngestConfig.LIMIT, 7), source, Optional.empty())
                        .crops());
        assertEquals(7, keys().size());
    }

    @Test
    void recordsGoInTheConfiguredOrder() {
        var source = new SyntheticFaces(Population.of(10, 60), 1);
        Settings settings = DEFAULTS.with(IngestConfig.ORDER, "head-first").with(IngestConfig.SEED, 3);

        run(settings, source, Optional.empty());

        List<String> expected = FaceOrder.HEAD_FIRST.arrange(source.faces(), 3).stream()
                .map(face -> face.identity())
                .toList();
        assertEquals(expected, keys());
    }

    @Test
    void theRateIsKeptAndProgressReported() {
        var source = new SyntheticFaces(Population.of(10, 101), 1);
        List<IngestProgress> reports = new ArrayList<>();

        var config = IngestConfig.from(DEFAULTS.with(IngestConfig.RATE, "25"));
        IngestSummary summary;
        try (var ingest = new Ingest(config, "faces", "broker:9092", producer, new FakeTime(), Rejections.Log.NONE)) {
            summary = ingest.run(source, Optional.empty(), reports::add);
        }

        assertEquals(4.0, summary.seconds(), 0.01);
        assertTrue(reports.size() >= 18 && reports.size() <= 22, "several times a second: " + reports.size());
        IngestProgress middle = reports.get(reports.size() / 2);
        assertEquals(101, middle.total());
        assertEquals(25, middle.facesPerSecond(), 1);
        assertEquals(4, middle.elapsed().plus(middle.remaining()).toMillis() / 1e3, 0.2);
        assertEquals(1, reports.get(reports.size() - 1).done());
    }

    @Test
    void aBrokersErrorEndsItInOneLine() {
        producer.sendException = new TopicAuthorizationException(Set.of("faces"));
        var failing = new Ingest(
                IngestConfig.from(DEFAULTS), "faces", "broker:9092", producer, Time.SYSTEM, Rejections.Log.NONE);

        var e = assertThrows(
                IngestException.class,
                () -> failing.run(new SyntheticFaces(Population.of(2, 9), 1), Optional.empty(), ProgressListener.NONE));

        assertEquals(
                "cannot send to faces at broker:9092: not authorised for topics faces; the user needs an ACL for them",
                e.getMessage());
    }

    @Test
    void anErrorAfterTheSendEndsItToo() {
        var silent = producer(false);
        var ingest = new Ingest(
                IngestConfig.from(DEFAULTS), "faces", "broker:9092", silent, Time.SYSTEM, Rejections.Log.NONE);
        var answering = new Thread(() -> {
            while (!silent.errorNext(new TopicAuthorizationException("no"))) {
                Thread.onSpinWait();
            }
        });
        answering.start();

        var e = assertThrows(
                IngestException.class,
                () -> ingest.run(new SyntheticFaces(Population.of(2, 9), 1), Optional.empty(), ProgressListener.NONE));

        assertEquals("cannot send to faces at broker:9092: not authorised: no", e.getMessage());
    }

    @Test
    void anInterruptOrAStopEndsItWithWhatWasDone() {
        var silent = producer(false);
        var source = new SyntheticFaces(Population.of(2, 9), 1);
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            try (var ingest =
                    new Ingest(IngestConfig.from(DEFAULTS), "faces", "b:1", silent, Time.SYSTEM, Rejections.Log.NONE)) {
                Thread.currentThread().interrupt();
                IngestSummary summary = ingest.run(source, Optional.empty(), ProgressListener.NONE);
                assertFalse(summary.complete());
                assertTrue(Thread.interrupted(), "the interrupt stays set");

                ingest.stop();
                assertFalse(ingest.run(source, Optional.empty(), ProgressListener.NONE)
                        .complete());
            }
        });
    }

    @Test
    void theProducerLosesAndDoublesNothingWhateverTheOperatorSays() {
        CommonConfig common = CommonConfig.from(
                Settings.of(Map.of("kafka.acks", "0", "kafka.enable.idempotence", "false", "kafka.linger.ms", "7")));

        Map<String, Object> settings = ProducerSettings.of(common.clientConfig(), 2_000_000);

        assertEquals("all", settings.get(ProducerConfig.ACKS_CONFIG));
        assertEquals(true, settings.get(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG));
        assertEquals("none", settings.get(ProducerConfig.COMPRESSION_TYPE_CONFIG));
        assertEquals("7", settings.get(ProducerConfig.LINGER_MS_CONFIG));
        assertTrue((int) settings.get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG) > 2_000_000);
    }

    private IngestSummary run(Settings settings, FaceSource source, Optional<IdentityList> identities) {
        var ingest = new Ingest(
                IngestConfig.from(settings), "faces", "broker:9092", producer, Time.SYSTEM, Rejections.Log.NONE);
        return ingest.run(source, identities, ProgressListener.NONE);
    }

    private List<String> keys() {
        return producer.history().stream().map(ProducerRecord::key).toList();
    }

    private static LabeledFace decoded(ProducerRecord<String, byte[]> record) {
        var codec = new RecordCodec(List.of(LabeledFace.getClassSchema()), SchemaSource.NONE);
        return (LabeledFace) codec.decode(record.value());
    }

    private static MockProducer<String, byte[]> producer(boolean answering) {
        return new MockProducer<>(answering, null, new StringSerializer(), new ByteArraySerializer());
    }

    /** A small file whose header claims 400 million pixels. */
    private static byte[] bomb() {
        byte[] png = Crops.png(1);
        for (int at : new int[] {16, 20}) {
            png[at + 2] = (byte) (8_000 >> 8);
            png[at + 3] = (byte) 8_000;
        }
        var crc = new CRC32();
        crc.update(png, 12, 17);
        ByteBuffer.wrap(png).putInt(29, (int) crc.getValue());
        return png;
    }
}
