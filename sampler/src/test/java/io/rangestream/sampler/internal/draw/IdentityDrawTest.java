package io.rangestream.sampler.internal.draw;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** How a batch's slots are shared between the round through everyone, newcomers and the weights. */
class IdentityDrawTest {
    private static final int MIN_FACES = 2;

    /** 99.9 % quantile of chi-square with 4 degrees of freedom. */
    private static final double CHI_SQUARE_4 = 18.47;

    @Property(tries = 60)
    void whoeverStaysDrawableIsInABatchWithinTheBoundWhoeverComesAndGoes(
            @ForAll long seed,
            @ForAll @IntRange(min = 2, max = 6) int slots,
            @ForAll @DoubleRange(min = 0.02, max = 0.6) double coverage,
            @ForAll @DoubleRange(max = 0.4) double newcomers) {
        var random = new Random(seed);
        // tau 2: without coverage the many with two faces would hardly ever be drawn beside those with a thousand
        var identities = new DrawableIdentities(MIN_FACES, 2);
        var shares = SlotShares.of(slots, coverage, newcomers);
        var draw = new IdentityDraw(identities, shares, DrawPosition.START);
        Map<Integer, Integer> kept = new HashMap<>();
        // Of each drawable ordinal: batches since it was in one, and who was or became drawable in that time
        Map<Integer, Integer> absent = new HashMap<>();
        Map<Integer, Integer> others = new HashMap<>();
        for (int batch = 0; batch < 300; batch++) {
            for (int change = random.nextInt(4); change >= 0 || identities.drawable() < slots; change--) {
                int drawableBefore = identities.drawable();
                if (random.nextInt(3) == 0 && drawableBefore > slots) {
                    int gone = kept.keySet().stream()
                            .skip(random.nextInt(kept.size()))
                            .findFirst()
                            .orElseThrow();
                    identities.release(gone, kept.remove(gone));
                    absent.remove(gone);
                    others.remove(gone);
                } else {
                    int come = identities.register(name(batch));
                    int faces = random.nextInt(10) == 0 ? 1000 : 1 + random.nextInt(3);
                    identities.keptChanged(come, 0, faces);
                    kept.put(come, faces);
                    if (faces >= MIN_FACES) {
                        others.replaceAll((ordinal, count) -> count + 1);
                        absent.put(come, 0);
                        others.put(come, identities.drawable());
                        if (random.nextBoolean()) {
                            identities.awaitFirstBatch(come);
                        }
                    }
                }
            }
            Set<Integer> drawn = new HashSet<>();
            for (int ordinal : draw.draw(DrawRandom.of(seed, 0, batch))) {
                assertTrue(drawn.add(ordinal), "twice in a batch");
                assertTrue(kept.get(ordinal) >= MIN_FACES);
            }
            assertEquals(slots, drawn.size());
            absent.replaceAll((ordinal, batches) -> drawn.contains(ordinal) ? 0 : batches + 1);
            drawn.forEach(ordinal -> others.put(ordinal, identities.drawable()));
            absent.forEach((ordinal, batches) -> {
                double bound = Math.ceil(others.get(ordinal) / (shares.coverage() / 1e6));
                assertTrue(batches <= bound, () -> batches + " batches without, bound " + bound);
            });
        }
    }

    @Property(tries = 100)
    void sharesComeOutRightOverAnyRunOfBatches(
            @ForAll @IntRange(min = 2, max = 64) int slots,
            @ForAll @DoubleRange(max = 0.7) double coverage,
            @ForAll @DoubleRange(max = 0.3) double newcomers,
            @ForAll @IntRange(max = 2_000_000) int from) {
        var shares = SlotShares.of(slots, coverage, newcomers);
        long covered = 0;
        for (int m = 1; m <= 200; m++) {
            long batch = from + m;
            covered += shares.coverage(batch);
            assertTrue(covered >= Math.floor(m * (shares.coverage() / 1e6)));
            assertTrue(covered <= Math.ceil(m * (shares.coverage() / 1e6)));
            assertTrue(shares.newcomers(batch) <= Math.ceil(newcomers * slots + 1e-6));
            assertTrue(shares.coverage(batch) + shares.newcomers(batch) <= slots);
        }
    }

    @Test
    void newcomersComeInTheOrderTheyArrivedAndAFloodOfThemTakesTheirShareOnly() {
        // Given a hundred old ones with 64 faces, and 10 000 newcomers with two at tau 2: 1024 times lighter
        var identities = new DrawableIdentities(MIN_FACES, 2);
        for (int i = 0; i < 10_100; i++) {
            int faces = i < 100 ? 64 : 2;
            identities.restore(i, name(i), faces);
            if (i >= 100) {
                identities.awaitFirstBatch(i);
            }
        }
        var draw = new IdentityDraw(identities, SlotShares.of(16, 0, 0.25), DrawPosition.START);
        // When 500 batches are drawn
        int next = 100;
        int oldSlots = 0;
        for (int batch = 0; batch < 500; batch++) {
            int[] drawn = draw.draw(DrawRandom.of(1, 0, batch));
            // Then four slots are theirs, in order, but for those whom the weights drew before their turn
            for (int i = 0; i < 4; i++) {
                assertTrue(drawn[i] >= next, "out of order");
                next = drawn[i] + 1;
            }
            oldSlots +=
                    (int) Arrays.stream(drawn).filter(ordinal -> ordinal < 100).count();
        }
        // and the old ones have what their weight is worth of the other twelve: 1024 x 100 : 10 000, about nine tenths
        assertTrue(oldSlots > 500 * 12 * 0.85, "old ones have " + oldSlots);
        assertTrue(next < 2_400, "2000 newcomers had their turn, and few were drawn before it");
    }

    @Test
    void slotsThatNoNewcomerWaitsForAreDrawnByWeight() {
        var identities = new DrawableIdentities(MIN_FACES, 0);
        for (int i = 0; i < 20; i++) {
            identities.restore(i, name(i), 2);
        }
        identities.awaitFirstBatch(19);
        var with = new IdentityDraw(identities, SlotShares.of(8, 0, 1), DrawPosition.START);
        assertEquals(19, with.draw(DrawRandom.of(1, 0, 0))[0]);
        var without = new IdentityDraw(identities, SlotShares.of(8, 0, 0), DrawPosition.START);
        assertArrayEquals(without.draw(DrawRandom.of(1, 0, 1)), with.draw(DrawRandom.of(1, 0, 1)));
    }

    @Test
    void theSlotsLeftByCoverageAndNewcomersAreInProportionToTheWeightsOfThoseNotYetIn() {
        // Given six people, of whom the round takes one in turn and the arrivals none, so that five are left
        int[] kept = {2, 3, 8, 64, 5, 30};
        var identities = new DrawableIdentities(MIN_FACES, 0.7);
        for (int i = 0; i < kept.length; i++) {
            identities.restore(i, name(i), kept[i]);
        }
        var draw = new IdentityDraw(identities, SlotShares.of(2, 0.5, 0.25), DrawPosition.START);
        long[][] drawn = new long[6][6];
        int perRound = 20_000;
        for (int batch = 0; batch < 6 * perRound; batch++) {
            int[] two = draw.draw(DrawRandom.of(7, 0, batch));
            drawn[two[0]][two[1]]++;
        }
        // Then the round treats all alike, and chi-square accepts the proportions in the other slot
        for (int first = 0; first < 6; first++) {
            int covered = first;
            assertEquals(perRound, Arrays.stream(drawn[first]).sum());
            assertEquals(0, drawn[first][first]);
            double total = IntStream.range(0, 6)
                    .filter(i -> i != covered)
                    .mapToDouble(i -> Math.pow(kept[i], 0.7))
                    .sum();
            double chiSquare = IntStream.range(0, 6)
                    .filter(i -> i != covered)
                    .mapToDouble(i -> {
                        double expected = perRound * Math.pow(kept[i], 0.7) / total;
                        return (drawn[covered][i] - expected) * (drawn[covered][i] - expected) / expected;
                    })
                    .sum();
            assertTrue(chiSquare < CHI_SQUARE_4, () -> "chi-square " + chiSquare);
        }
    }

    private static byte[] name(int i) {
        return ByteBuffer.allocate(4).putInt(i).array();
    }
}
