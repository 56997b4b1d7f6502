package io.rangestream.sampler.topology;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.BatchFace;
import io.rangestream.avro.Erasure;
import io.rangestream.avro.LabeledFace;
import io.rangestream.schemas.image.FaceIds;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

/** Holdout, duplicates, retraction and erasure: what must reach whom, and what must not stay. */
class SplitErasureTest {
    private static final Object[] HALF_HELD_OUT = {
        "holdout.identities", "zoe", "holdout.faces.per.mille", "1000", "replay.ratio", "2"
    };

    @Test
    void heldOutFacesGoToTheHoldoutAsTheyCameAndIntoNoBatch() {
        try (var sampler = new SamplerHarness(Faces.config(HALF_HELD_OUT))) {
            sendAll(sampler);

            Set<String> heldOut = new HashSet<>(sampler.holdoutKeys());
            assertTrue(heldOut.containsAll(List.of("zoe/0", "zoe/7")), "the listed identity is held out whole");
            assertTrue(heldOut.stream().anyMatch(key -> key.startsWith("p0/")), "others give half their faces");
            assertFalse(sampler.batches().isEmpty());
            for (var batch : sampler.batches()) {
                for (BatchFace face : batch.getFaces()) {
                    assertFalse(heldOut.contains(face.getIdentity() + "/" + face.getFaceId()));
                }
            }
            LabeledFace first = Faces.face("zoe", "0");
            var record = sampler.holdout.stream()
                    .filter(r -> new String(r.key(), StandardCharsets.UTF_8).equals("zoe/0"))
                    .findFirst()
                    .orElseThrow();
            assertArrayEquals(Faces.CODEC.encode(first), record.value());
            assertEquals("0_0", SamplerHarness.header(record, "rs-task"));
            Invariants.check(sampler);
        }
    }

    @Test
    void aBatchNamesTheHoldoutRecordsWrittenBeforeIt() {
        try (var sampler = new SamplerHarness(Faces.config(HALF_HELD_OUT))) {
            long written = 0;
            int batches = 0;
            for (int face = 0; face < 8; face++) {
                for (String identity : List.of("zoe", "p0", "p1", "p2", "p3")) {
                    sampler.add(identity, "" + face);
                    for (var batch :
                            sampler.batches().subList(batches, sampler.batches().size())) {
                        assertEquals(written, batch.getHoldoutRecords());
                    }
                    batches = sampler.batches().size();
                    written = sampler.holdout.size();
                }
            }
            assertTrue(batches > 2);
        }
    }

    @Test
    void aFaceSentAgainChangesNothing() {
        try (var sampler = new SamplerHarness(Faces.config(HALF_HELD_OUT))) {
            sendAll(sampler);
            int batches = sampler.out.size();
            int heldOut = sampler.holdout.size();
            double credit = sampler.board.reports().get("0_0").credit();

            sendAll(sampler);

            assertEquals(batches, sampler.out.size());
            assertEquals(heldOut, sampler.holdout.size());
            assertEquals(credit, sampler.board.reports().get("0_0").credit());
            assertEquals(40, sampler.board.counted(TaskBoard.Event.DUPLICATE));
        }
    }

    @Test
    void aFaceThatHasLeftTheBufferIsStillKnown() {
        for (String policy : List.of("reservoir", "recent", "mix")) {
            try (var sampler = new SamplerHarness(Faces.config("buffer.policy", policy))) {
                for (int round = 0; round < 2; round++) {
                    for (int face = 0; face < 50; face++) {
                        sampler.add("head", "" + face);
                    }
                }
                assertEquals(50, sampler.board.counted(TaskBoard.Event.ACCEPTED));
                assertEquals(50, sampler.board.counted(TaskBoard.Event.DUPLICATE));
                Invariants.check(sampler);
            }
        }
    }

    @Test
    void withoutAFaceIdTheContentNamesTheFace() {
        try (var sampler = new SamplerHarness(Faces.config("holdout.identities", "zoe"))) {
            LabeledFace nameless = Faces.face("zoe", "");
            sampler.send(nameless);
            sampler.send(nameless);
            String id = FaceIds.contentHash(nameless.getImage().array());
            assertEquals(List.of("zoe/" + id), sampler.holdoutKeys());
            var written =
                    (LabeledFace) Faces.CODEC.decode(sampler.holdout.get(0).value());
            assertEquals(id, written.getFaceId());
        }
    }

    @Test
    void retractTakesOneFaceBackFromTheBufferOrTheHoldout() {
        try (var sampler = new SamplerHarness(Faces.config("holdout.identities", "zoe"))) {
            sampler.add("zoe", "0");
            sampler.add("ann", "0");
            sampler.add("ann", "1");

            sampler.retract("zoe", "0");
            sampler.retract("ann", "0");
            sampler.retract("ann", "never there");

            assertEquals(List.of("zoe/0", "zoe/0"), sampler.holdoutKeys());
            assertNull(sampler.holdout.get(1).value());
            assertEquals(Set.of("1"), Invariants.keptFaces(sampler).get("ann"));
            Invariants.check(sampler);

            sampler.add("ann", "0");
            assertEquals(Set.of("0", "1"), Invariants.keptFaces(sampler).get("ann"), "it can be put right again");
        }
    }

    @Test
    void erasureLeavesNoKeyTombstonesTheHoldoutAndIsInSequence() {
        try (var sampler = new SamplerHarness(Faces.config(HALF_HELD_OUT))) {
            sendAll(sampler);
            Set<String> ofP0 = new HashSet<>(sampler.holdoutKeys());
            ofP0.removeIf(key -> !key.startsWith("p0/"));
            int before = sampler.out.size();
            int holdoutBefore = sampler.holdout.size();

            sampler.erase("p0");

            assertFalse(ofP0.isEmpty());
            var tombstones = sampler.holdout.subList(holdoutBefore, sampler.holdout.size());
            tombstones.forEach(record -> assertNull(record.value()));
            assertEquals(ofP0, new HashSet<>(sampler.holdoutKeys().subList(holdoutBefore, sampler.holdout.size())));
            assertNothingOf("p0", sampler);
            Erasure erasure = assertInstanceOf(Erasure.class, sampler.records().get(before));
            assertEquals("p0", erasure.getIdentity());
            assertEquals(before + 1, erasure.getSequence());
            assertEquals(40, erasure.getFacesOffset(), "it answers the tombstone at this offset");
            assertEquals(sampler.holdout.size(), erasure.getHoldoutRecords(), "it names its own tombstones too");
            Invariants.check(sampler);

            sendAll(sampler);
            assertTrue(Invariants.keptFaces(sampler).containsKey("p0"), "who comes back begins anew");
            Invariants.check(sampler);
        }
    }

    @Test
    void erasingSomeoneUnknownStillTellsTheLearner() {
        try (var sampler = new SamplerHarness(Faces.config())) {
            sampler.erase("nobody");
            Erasure erasure = assertInstanceOf(Erasure.class, sampler.records().get(0));
            assertEquals("nobody", erasure.getIdentity());
            assertEquals(1, erasure.getSequence());
            assertEquals("0_0", erasure.getTask());
        }
    }

    @Test
    void namesThatBeginAlikeAreKeptApart() {
        try (var sampler = new SamplerHarness(Faces.config("holdout.identities", "ann,anna"))) {
            sampler.add("ann", "0");
            sampler.add("anna", "0");
            sampler.erase("ann");
            assertEquals(List.of("ann/0", "anna/0", "ann/0"), sampler.holdoutKeys());
            sampler.erase("anna");
            assertEquals("anna/0", sampler.holdoutKeys().get(3));
        }
    }

    private static void assertNothingOf(String identity, SamplerHarness sampler) {
        var name = Bytes.wrap(identity.getBytes(StandardCharsets.UTF_8)).toString();
        sampler.disk.forEach((store, entries) -> entries.forEach((key, value) -> {
            assertFalse(key.toString().contains(name), () -> "a key in " + store);
            assertFalse(Bytes.wrap(value).toString().contains(name), () -> "a value in " + store);
        }));
    }

    /** 40 faces of five people, eight each. */
    private static void sendAll(SamplerHarness sampler) {
        for (int face = 0; face < 8; face++) {
            for (String identity : List.of("zoe", "p0", "p1", "p2", "p3")) {
                sampler.send(
                        identity.getBytes(StandardCharsets.UTF_8),
                        Faces.CODEC.encode(Faces.face(identity, "" + face)),
                        new RecordHeaders());
            }
        }
    }
}
