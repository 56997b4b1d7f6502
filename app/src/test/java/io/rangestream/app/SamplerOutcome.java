package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.BatchFace;
import io.rangestream.avro.Erasure;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.topology.SamplerTopology;
import io.rangestream.sampler.topology.StreamsSettings;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * What samplers have left behind for a reader of committed records, once they have dealt with all faces.
 *
 * @param batches values on the batches topic, by task
 * @param holdout keys on the holdout topic, by task; those of tombstones after {@link #GONE}
 * @param buffers the buffers' changelog, by partition and key in hexadecimal digits
 */
record SamplerOutcome(
        SamplerConfig config,
        Map<String, List<ByteBuffer>> batches,
        Map<String, List<String>> holdout,
        Map<String, ByteBuffer> buffers) {
    private static final String GONE = "-";
    static final RecordCodec CODEC = new RecordCodec(
            List.of(TrainingBatch.getClassSchema(), Erasure.getClassSchema(), BatchFace.getClassSchema()),
            SchemaSource.NONE);

    /** Waits until every face is dealt with. */
    static SamplerOutcome await(Settings settings, BooleanSupplier isAlive) throws InterruptedException {
        return await(settings, isAlive, WholeWay.PATIENCE);
    }

    static SamplerOutcome await(Settings settings, BooleanSupplier isAlive, Duration patience)
            throws InterruptedException {
        CommonConfig common = CommonConfig.from(settings);
        SamplerConfig config = SamplerConfig.from(settings);
        String application = StreamsSettings.applicationId(common, config);
        try (Admin admin = Admin.create(common.clientConfig())) {
            WholeWay.await("all faces are dealt with by " + application, patience, () -> {
                assertTrue(isAlive.getAsBoolean(), "the sampler has ended");
                return unread(admin, application, common) == 0;
            });
        }
        try (var batches = new TopicLog(common, common.topics().batches());
                var holdout = new TopicLog(common, common.topics().facesHoldout());
                var buffers = new TopicLog(common, application + "-faces-changelog")) {
            return new SamplerOutcome(
                    config,
                    byTask(batches.readToEnd()),
                    holdoutByTask(holdout.readToEnd()),
                    compacted(buffers.readToEnd()));
        }
    }

    /** Nothing is lost, nothing is there twice, nothing is on both sides of the split. */
    void requireSound(NumberedFaces faces) {
        batches.forEach((task, values) -> assertEquals(
                LongStream.rangeClosed(1, values.size()).boxed().toList(),
                values.stream()
                        .map(value -> sequence(CODEC.decode(value.array())))
                        .toList(),
                "sequences of " + task));

        List<String> kept = buffers.values().stream()
                .map(value -> ((BatchFace) CODEC.decode(value.array())).getFaceId())
                .toList();
        List<String> heldOut = holdout.values().stream()
                .flatMap(SamplerOutcome::left)
                .map(key -> key.substring(key.indexOf('/') + 1))
                .toList();
        assertEquals(expected(faces, true), sorted(kept), "faces in the buffers");
        assertEquals(expected(faces, false), sorted(heldOut), "faces in the holdout");

        Set<String> drawn = new HashSet<>();
        batches.values().stream()
                .flatMap(List::stream)
                .map(value -> CODEC.decode(value.array()))
                .forEach(record -> {
                    if (record instanceof TrainingBatch batch) {
                        batch.getFaces().forEach(face -> drawn.add(face.getFaceId()));
                    }
                });
        assertTrue(drawn.size() > faces.count() / 10, "faces drawn: " + drawn.size());
        drawn.removeAll(new HashSet<>(kept));
        IntStream.range(0, faces.count())
                .filter(faces::isErased)
                .forEach(face -> drawn.remove(NumberedFaces.faceId(face)));
        assertEquals(Set.of(), drawn, "drawn and not in a buffer");
        requireErased(faces.erased());
    }

    /** Each of them is erased once, and in no batch of the same task afterwards. */
    private void requireErased(List<String> identities) {
        batches.forEach((task, values) -> {
            var gone = new ArrayList<String>();
            for (ByteBuffer value : values) {
                SpecificRecord record = CODEC.decode(value.array());
                if (record instanceof Erasure erasure) {
                    gone.add(erasure.getIdentity());
                } else if (record instanceof TrainingBatch batch) {
                    assertTrue(
                            batch.getFaces().stream().noneMatch(face -> gone.contains(face.getIdentity())),
                            "batch %d of task %s holds somebody who was erased".formatted(batch.getSequence(), task));
                }
            }
            assertEquals(sorted(identities), sorted(gone), "erased by task " + task);
        });
    }

    private static long sequence(SpecificRecord record) {
        return record instanceof Erasure erasure ? erasure.getSequence() : ((TrainingBatch) record).getSequence();
    }

    /** The same bytes in the same order, by task. */
    void requireEqual(SamplerOutcome other) {
        assertEquals(other.batches.keySet(), batches.keySet());
        batches.forEach((task, values) -> {
            List<ByteBuffer> others = other.batches.get(task);
            for (int i = 0; i < Math.min(values.size(), others.size()); i++) {
                assertEquals(others.get(i), values.get(i), "batch %d of task %s".formatted(i + 1, task));
            }
            assertEquals(others.size(), values.size(), "batches of task " + task);
        });
        assertEquals(other.holdout, holdout);
        assertEquals(other.buffers, buffers);
    }

    /** Batches that are trained on; erasures are on the topic, too. */
    int trainingBatches() {
        return (int) batches.values().stream()
                .flatMap(List::stream)
                .filter(value -> CODEC.decode(value.array()) instanceof TrainingBatch)
                .count();
    }

    int batchCount() {
        return batches.values().stream().mapToInt(List::size).sum();
    }

    private List<String> expected(NumberedFaces faces, boolean training) {
        return sorted(IntStream.range(0, faces.count())
                .filter(face -> !faces.isErased(face))
                .filter(face -> config.split().isTraining(faces.identity(face), NumberedFaces.faceId(face)) == training)
                .mapToObj(NumberedFaces::faceId)
                .toList());
    }

    private static List<String> sorted(List<String> values) {
        return values.stream().sorted().toList();
    }

    private static long unread(Admin admin, String application, CommonConfig common) {
        try {
            Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(application)
                    .partitionsToOffsetAndMetadata()
                    .get();
            Map<TopicPartition, OffsetSpec> asked = new TreeMap<>(Comparator.comparing(TopicPartition::toString));
            for (int partition = 0; partition < common.topics().facePartitions(); partition++) {
                asked.put(new TopicPartition(common.topics().faces(), partition), OffsetSpec.latest());
            }
            return admin.listOffsets(asked).all().get().entrySet().stream()
                    .mapToLong(end -> {
                        OffsetAndMetadata at = committed.get(end.getKey());
                        return end.getValue().offset() - (at == null ? 0 : at.offset());
                    })
                    .sum();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, List<ByteBuffer>> byTask(List<ConsumerRecord<byte[], byte[]>> records) {
        var byTask = new TreeMap<String, List<ByteBuffer>>();
        records.forEach(record -> byTask.computeIfAbsent(text(record.key()), task -> new ArrayList<>())
                .add(ByteBuffer.wrap(record.value())));
        return byTask;
    }

    private static Map<String, List<String>> holdoutByTask(List<ConsumerRecord<byte[], byte[]>> records) {
        var byTask = new TreeMap<String, List<String>>();
        records.forEach(record -> byTask.computeIfAbsent(
                        text(record.headers()
                                .lastHeader(SamplerTopology.HEADER_TASK)
                                .value()),
                        task -> new ArrayList<>())
                .add((record.value() == null ? GONE : "") + text(record.key())));
        return byTask;
    }

    /** The keys that no tombstone follows. */
    private static Stream<String> left(List<String> keys) {
        var left = new ArrayList<String>();
        for (String key : keys) {
            if (key.startsWith(GONE)) {
                left.remove(key.substring(GONE.length()));
            } else {
                left.add(key);
            }
        }
        return left.stream();
    }

    private static Map<String, ByteBuffer> compacted(List<ConsumerRecord<byte[], byte[]>> records) {
        var left = new TreeMap<String, ByteBuffer>();
        for (var record : records) {
            String key = record.partition() + " " + HexFormat.of().formatHex(record.key());
            if (record.value() == null) {
                left.remove(key);
            } else {
                left.put(key, ByteBuffer.wrap(record.value()));
            }
        }
        return left;
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
