package io.rangestream.sampler.topology;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.BatchFace;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchesTest {

    @Test
    void aBatchHasPIdentitiesSideBySideWithKDistinctCropsEach() {
        try (var sampler = new SamplerHarness(Faces.config())) {
            send(sampler, 6, 5);

            assertTrue(sampler.batches().size() >= 3);
            for (TrainingBatch batch : sampler.batches()) {
                assertEquals(3, batch.getIdentities());
                assertEquals(2, batch.getSamplesPerIdentity());
                assertEquals(6, batch.getFaces().size());
                var identities = new HashSet<String>();
                for (int i = 0; i < 6; i += 2) {
                    BatchFace a = batch.getFaces().get(i);
                    BatchFace b = batch.getFaces().get(i + 1);
                    assertEquals(a.getIdentity(), b.getIdentity());
                    assertTrue(!a.getFaceId().equals(b.getFaceId()), "a crop repeats though the buffer has two");
                    identities.add(a.getIdentity());
                    assertEquals(ByteBuffer.wrap(Faces.bmp(a.getIdentity() + " " + a.getFaceId(), 8, 8)), a.getImage());
                }
                assertEquals(3, identities.size());
            }
        }
    }

    @Test
    void theBytesAreThoseOfAvrosOwnWriter() {
        var codec = new RecordCodec(List.of(TrainingBatch.getClassSchema()), SchemaSource.NONE);
        try (var sampler = new SamplerHarness(Faces.config())) {
            send(sampler, 6, 5);

            for (byte[] bytes : sampler.out) {
                assertArrayEquals(codec.encode(codec.decode(bytes)), bytes);
            }
        }
    }

    @Test
    void aBatchLeavesWheneverTheCreditCoversIt() {
        // Given half a crop of credit per face and six crops to a batch
        try (var sampler = new SamplerHarness(Faces.config("replay.ratio", 0.5))) {
            // When 30 faces have arrived
            send(sampler, 6, 5);

            // Then two batches of 12 faces' credit are gone and six faces' credit is left
            assertEquals(2, sampler.batches().size());
            assertEquals(3.0, sampler.board.reports().get("0_0").credit());
        }
    }

    @Test
    void creditEarnedBeforeTheStartIsSpentAfterwards() {
        try (var sampler = new SamplerHarness(Faces.config("start.identities", 6))) {
            send(sampler, 5, 5);
            assertEquals(0, sampler.batches().size());

            sampler.add("p6", "0");
            assertEquals(0, sampler.batches().size(), "one face does not make p6 drawable");
            sampler.add("p6", "1");
            assertEquals(4, sampler.batches().size());
            assertEquals(6, sampler.batches().get(0).getBuffers().getDrawable());
        }
    }

    @Test
    void onceStartedOnlyPIdentitiesAreNeeded() {
        try (var sampler = new SamplerHarness(Faces.config("start.identities", 4))) {
            send(sampler, 4, 5);
            int before = sampler.batches().size();
            sampler.erase("p3");
            send(sampler, "later", 3, 2);
            assertTrue(sampler.batches().size() > before);
        }
    }

    @Test
    void aBurstOfSavedCreditIsSpreadOverTheNextFaces() {
        try (var sampler = new SamplerHarness(Faces.config("replay.ratio", 6))) {
            send(sampler, 2, 20); // 40 faces earn 40 batches, but two identities are too few
            sampler.add("late", "0");
            assertEquals(0, sampler.batches().size());
            sampler.add("late", "1");
            assertEquals(17, sampler.batches().size());
            sampler.add("late", "2");
            assertEquals(34, sampler.batches().size());
            sampler.add("late", "3");
            assertEquals(44, sampler.batches().size());
        }
    }

    @Test
    void anIdentityBelowTheMinimumIsNeverDrawn() {
        try (var sampler = new SamplerHarness(Faces.config("min.faces", 3))) {
            sampler.add("rare", "0");
            sampler.add("rare", "1");
            send(sampler, 4, 8);
            assertTrue(sampler.batches().size() > 2);
            for (TrainingBatch batch : sampler.batches()) {
                batch.getFaces().forEach(face -> assertTrue(!face.getIdentity().equals("rare")));
            }
        }
    }

    @Test
    void withRepetitionAnIdentityIsDrawnFromItsFirstFaceOn() {
        try (var sampler = new SamplerHarness(Faces.config("singletons", "repeat", "min.faces", 3))) {
            for (int face = 0; face < 2; face++) {
                for (int identity = 0; identity < 3; identity++) {
                    sampler.add("p" + identity, "" + face);
                    Invariants.checkStep(sampler);
                }
            }
            TrainingBatch batch = sampler.batches().get(0);
            assertEquals(6, batch.getFaces().size());
            assertEquals(3, sampler.board.reports().get("0_0").drawable());
        }
    }

    @Test
    void aNewcomerIsInTheNextBatchThatHasASlotForOne() {
        // Given heavy identities beside which a newcomer would hardly be drawn, and one slot in three for newcomers
        try (var sampler = new SamplerHarness(
                Faces.config("newcomer.share", 0.34, "draw.tau", 2, "buffer.capacity", 100, "coverage.share", 0))) {
            send(sampler, 12, 40);
            for (String newcomer : List.of("ann", "bob", "cid")) {
                sampler.add(newcomer, "0");
                sampler.add(newcomer, "1");
            }
            int before = sampler.batches().size();
            send(sampler, "later", 12, 2);
            // Then the three come in with the next batches, in their order, which is no matter of chance
            var after = sampler.batches().subList(before - 1, sampler.batches().size());
            List<String> inOrder = after.stream()
                    .flatMap(batch -> batch.getFaces().stream().map(BatchFace::getIdentity))
                    .filter(identity -> !identity.startsWith("p"))
                    .distinct()
                    .toList();
            assertEquals(List.of("ann", "bob", "cid"), inOrder);
            Invariants.check(sampler);
        }
    }

    @Test
    void everyCropComesBeforeOneRepeats() {
        try (var sampler = new SamplerHarness(Faces.config("batch.samples.per.identity", 5))) {
            send(sampler, 3, 2);
            send(sampler, "again", 3, 3);
            TrainingBatch batch = sampler.batches().get(0);
            for (int i = 0; i < 15; i += 5) {
                var ids = batch.getFaces().subList(i, i + 5).stream()
                        .map(BatchFace::getFaceId)
                        .toList();
                var distinct = new HashSet<>(ids);
                for (String id : distinct) {
                    long times = ids.stream().filter(id::equals).count();
                    assertTrue(times == 5 / distinct.size() || times == 5 / distinct.size() + 1, ids::toString);
                }
            }
        }
    }

    @Test
    void statisticsAreThoseOfTheBuffersAtTheDraw() {
        try (var sampler = new SamplerHarness(Faces.config())) {
            sampler.add("lonely", "0");
            send(sampler, 3, 7);
            var last = sampler.batches().get(sampler.batches().size() - 1).getBuffers();
            assertEquals(4, last.getIdentities());
            assertEquals(3, last.getDrawable());
            assertTrue(last.getKept() <= 1 + 3 * 5);
            // 22 faces, and the third batch left with the 18th
            assertEquals(18, last.getSeen());
        }
    }

    @Test
    void theSameFacesGiveTheSameBytes() {
        try (var one = new SamplerHarness(Faces.config());
                var two = new SamplerHarness(Faces.config());
                var other = new SamplerHarness(Faces.config("seed", 2))) {
            List.of(one, two, other).forEach(sampler -> send(sampler, 7, 9));
            assertEquals(one.out.size(), two.out.size());
            IntStream.range(0, one.out.size()).forEach(i -> assertArrayEquals(one.out.get(i), two.out.get(i)));
            assertTrue(!one.batches().equals(other.batches()), "the seed has no effect");
        }
    }

    /** Faces 0 … each-1 of p0 … , one person after the other in turn. */
    private static void send(SamplerHarness sampler, int identities, int each) {
        send(sampler, "first", identities, each);
        Invariants.check(sampler);
    }

    private static void send(SamplerHarness sampler, String round, int identities, int each) {
        for (int face = 0; face < each; face++) {
            for (int identity = 0; identity < identities; identity++) {
                sampler.add("p" + identity, round + face);
            }
        }
    }
}
