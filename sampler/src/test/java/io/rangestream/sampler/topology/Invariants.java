package io.rangestream.sampler.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.BatchFace;
import io.rangestream.avro.Erasure;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.sampler.internal.buffer.IdentityStatistics;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What holds after every record, whatever came before. */
final class Invariants {
    private static final RecordCodec STORED = new RecordCodec(List.of(BatchFace.getClassSchema()), SchemaSource.NONE);

    private Invariants() {}

    static void check(SamplerHarness sampler) {
        Map<String, Set<String>> kept = keptFaces(sampler);
        TaskReport report = sampler.board.reports().get("0_0");
        assertEquals(kept.keySet(), identities(sampler), "the index names exactly those who have faces, or had");
        long count = kept.values().stream().mapToLong(Set::size).sum();
        assertEquals(count, report.kept());
        assertEquals(kept.values().stream().filter(f -> !f.isEmpty()).count(), report.identities());
        int min = sampler.config.facesToBeDrawn();
        assertEquals(kept.values().stream().filter(f -> f.size() >= min).count(), report.drawable());
        kept.forEach((identity, faceIds) -> {
            assertTrue(faceIds.size() <= sampler.config.bufferCapacity());
            faceIds.forEach(faceId -> assertTrue(sampler.config.split().isTraining(identity, faceId)));
        });
        assertTrue(report.credit() >= 0);
        checkStatistics(sampler, kept);
        checkSequence(sampler);
    }

    /** To be called after every single record: the buffers are then still those that its batches were drawn from. */
    static void checkStep(SamplerHarness sampler) {
        check(sampler);
        checkNewBatches(sampler, keptFaces(sampler));
    }

    private static void checkStatistics(SamplerHarness sampler, Map<String, Set<String>> kept) {
        sampler.disk.get(SamplerTopology.INDEX_STORE).forEach((key, value) -> {
            var statistics = IdentityStatistics.read(value);
            assertEquals(kept.get(new String(key.get(), StandardCharsets.UTF_8)).size(), statistics.kept());
            assertTrue(statistics.seen() >= statistics.kept());
            var first = statistics.firstAt().orElseThrow();
            assertTrue(!first.isAfter(statistics.lastAt().orElseThrow()));
        });
    }

    private static void checkNewBatches(SamplerHarness sampler, Map<String, Set<String>> kept) {
        List<TrainingBatch> batches = sampler.batches();
        int samples = sampler.config.samplesPerIdentity();
        for (TrainingBatch batch : batches.subList(sampler.checkedBatches, batches.size())) {
            assertEquals(sampler.config.cropsPerBatch(), batch.getFaces().size());
            Set<String> identities = new HashSet<>();
            for (int from = 0; from < batch.getFaces().size(); from += samples) {
                var crops = batch.getFaces().subList(from, from + samples);
                String identity = crops.get(0).getIdentity();
                assertTrue(identities.add(identity), "an identity has two slots");
                Set<String> available = kept.get(identity);
                assertTrue(available.size() >= sampler.config.facesToBeDrawn(), "too few faces to be drawn");
                Map<String, Integer> times = new TreeMap<>();
                crops.forEach(crop -> {
                    assertEquals(identity, crop.getIdentity());
                    times.merge(crop.getFaceId(), 1, Integer::sum);
                });
                assertTrue(available.containsAll(times.keySet()), "a crop that is not in the buffer");
                assertEquals(Math.min(samples, available.size()), times.size(), "a crop repeats before all had a turn");
                assertTrue(Collections.max(times.values()) - Collections.min(times.values()) <= 1);
            }
        }
        sampler.checkedBatches = batches.size();
    }

    private static void checkSequence(SamplerHarness sampler) {
        long sequence = 0;
        for (var record : sampler.records()) {
            sequence++;
            if (record instanceof TrainingBatch batch) {
                assertEquals(sequence, batch.getSequence());
                assertEquals(batch.getTask() + "/" + sequence, batch.getBatchId());
            } else {
                assertEquals(sequence, ((Erasure) record).getSequence());
            }
        }
        long index = 0;
        for (var record : sampler.holdout) {
            assertEquals(Long.toString(++index), SamplerHarness.header(record, SamplerTopology.HEADER_HOLDOUT_INDEX));
        }
    }

    /** face_ids by identity, read from the store of faces; identities without any come from the index. */
    static Map<String, Set<String>> keptFaces(SamplerHarness sampler) {
        Map<String, Set<String>> kept = new TreeMap<>();
        identities(sampler).forEach(identity -> kept.put(identity, new HashSet<>()));
        sampler.disk.get(SamplerTopology.FACES_STORE).forEach((key, value) -> {
            BatchFace face = (BatchFace) STORED.decode(value);
            var bytes = ByteBuffer.wrap(key.get());
            byte[] name = new byte[bytes.getShort()];
            bytes.get(name);
            assertEquals(new String(name, StandardCharsets.UTF_8), face.getIdentity());
            assertTrue(
                    kept.computeIfAbsent(face.getIdentity(), i -> new HashSet<>())
                            .add(face.getFaceId()),
                    "a face lies in two slots");
        });
        return kept;
    }

    private static Set<String> identities(SamplerHarness sampler) {
        Set<String> identities = new HashSet<>();
        sampler.disk
                .get(SamplerTopology.INDEX_STORE)
                .keySet()
                .forEach(key -> identities.add(new String(key.get(), StandardCharsets.UTF_8)));
        return identities;
    }
}
