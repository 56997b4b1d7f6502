package io.rangestream.sampler.topology;

import io.rangestream.avro.Erasure;
import io.rangestream.avro.LabeledFace;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** The production topology and Streams settings in a TopologyTestDriver, over stores that outlive it. */
final class SamplerHarness implements AutoCloseable {
    static final CommonConfig COMMON = CommonConfig.from(Settings.of(Map.of("topic.prefix", "t.")));
    private static final RecordCodec OUT =
            new RecordCodec(List.of(TrainingBatch.getClassSchema(), Erasure.getClassSchema()), SchemaSource.NONE);

    final SamplerConfig config;
    final TaskBoard board = new TaskBoard();
    final LearnerDistance learner;
    final Map<String, NavigableMap<Bytes, byte[]>> disk;
    final List<byte[]> out = new ArrayList<>();
    final List<TestRecord<byte[], byte[]>> holdout = new ArrayList<>();
    final List<TestRecord<byte[], byte[]>> letters = new ArrayList<>();
    /** Where the faces partition begins. */
    long start;
    /** Batches that {@link Invariants} has seen. */
    int checkedBatches;

    private final RocksMemory memory = new RocksMemory(8L << 20);
    private final TopologyTestDriver driver;
    private final TestInputTopic<byte[], byte[]> faces;

    SamplerHarness(SamplerConfig config) {
        this(config, new ConcurrentHashMap<>(), DeadLetterHandler.DEFAULT_MAX_BYTES);
    }

    SamplerHarness(SamplerConfig config, Map<String, NavigableMap<Bytes, byte[]>> disk, int deadLetterBytes) {
        this.config = config;
        this.disk = disk;
        learner = new LearnerDistance(config.pacing().batchesAheadPerTask(1));
        var topology = SamplerTopology.build(
                config,
                COMMON.topics(),
                SchemaSource.NONE,
                board,
                learner,
                partition -> start,
                name -> SurvivingStore.supplier(name, disk.computeIfAbsent(name, n -> new TreeMap<>())));
        driver = new TopologyTestDriver(
                topology, StreamsSettings.of(COMMON, config, deadLetterBytes, memory), Instant.ofEpochMilli(1));
        faces = driver.createInputTopic(COMMON.topics().faces(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    void send(LabeledFace face) {
        send(face.getIdentity(), Faces.CODEC.encode(face));
    }

    void add(String identity, String faceId) {
        send(Faces.face(identity, faceId));
    }

    void retract(String identity, String faceId) {
        send(Faces.retraction(identity, faceId));
    }

    void erase(String identity) {
        send(identity, null);
    }

    void send(String key, byte[] value) {
        send(key.getBytes(StandardCharsets.UTF_8), value, new RecordHeaders());
    }

    void send(byte[] key, byte[] value, Headers headers) {
        send(key, value, headers, 1_000L);
    }

    void send(byte[] key, byte[] value, Headers headers, long timestamp) {
        faces.pipeInput(new TestRecord<>(key, value, headers, timestamp));
        drain();
    }

    /** The wall clock goes on, and the task looks around as often as it would. */
    void pass(Duration time) {
        for (long looks = time.dividedBy(TaskPace.LOOK); looks > 0; looks--) {
            driver.advanceWallClockTime(TaskPace.LOOK);
        }
        drain();
    }

    /** Batches and erasures so far. */
    List<SpecificRecord> records() {
        return out.stream().map(OUT::decode).toList();
    }

    List<TrainingBatch> batches() {
        return records().stream()
                .filter(TrainingBatch.class::isInstance)
                .map(TrainingBatch.class::cast)
                .toList();
    }

    List<String> holdoutKeys() {
        return holdout.stream()
                .map(record -> new String(record.key(), StandardCharsets.UTF_8))
                .toList();
    }

    static String header(TestRecord<byte[], byte[]> record, String name) {
        var header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    /** Another driver over the same stores. */
    SamplerHarness reopen() {
        close();
        return new SamplerHarness(config, disk, DeadLetterHandler.DEFAULT_MAX_BYTES);
    }

    @Override
    public void close() {
        driver.close();
        memory.close();
    }

    private void drain() {
        var topics = COMMON.topics();
        out.addAll(read(topics.batches()).stream().map(TestRecord::value).toList());
        holdout.addAll(read(topics.facesHoldout()));
        letters.addAll(read(topics.facesRejected()));
    }

    private List<TestRecord<byte[], byte[]>> read(String topic) {
        return driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList();
    }
}
