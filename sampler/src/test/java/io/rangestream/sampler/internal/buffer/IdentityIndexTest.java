package io.rangestream.sampler.internal.buffer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.sampler.config.BufferPolicy;
import io.rangestream.sampler.internal.buffer.IdentityIndex.Outcome;
import io.rangestream.sampler.split.StableHash;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class IdentityIndexTest {

    @Property(tries = 200)
    void theReservoirDoesNotDependOnOrderOrRepetition(
            @ForAll @Size(max = 40) Set<Long> ranks,
            @ForAll @IntRange(min = 1, max = 12) int capacity,
            @ForAll long shuffle) {
        List<Long> again = new ArrayList<>(ranks);
        again.addAll(ranks);
        Collections.shuffle(again, new Random(shuffle));

        IdentityIndex once = filled(ranks, BufferPolicy.RESERVOIR, capacity);
        IdentityIndex twice = filled(again, BufferPolicy.RESERVOIR, capacity);

        assertEquals(smallest(ranks, capacity), kept(once));
        assertEquals(kept(once), kept(twice));
        assertEquals(ranks.size(), twice.seen());
        assertDistinctSlots(twice, capacity);
    }

    @Property(tries = 200)
    void recentKeepsTheLastToArrive(
            @ForAll @Size(max = 40) Set<Long> ranks, @ForAll @IntRange(min = 1, max = 12) int capacity) {
        List<Long> arrived = new ArrayList<>(ranks);
        IdentityIndex index = filled(arrived, BufferPolicy.RECENT, capacity);
        List<Long> last = arrived.subList(Math.max(0, arrived.size() - capacity), arrived.size());
        assertEquals(last, kept(index));
        assertDistinctSlots(index, capacity);
    }

    @Test
    void everyFaceIsEquallyLikelyToBeKept() {
        // Given 20 faces of 2000 people and room for 5 of each
        int people = 2000;
        long[] times = new long[20];
        for (int person = 0; person < people; person++) {
            String identity = "p" + person;
            List<Long> ranks = IntStream.range(0, 20)
                    .mapToObj(face -> StableHash.hash64("rank", identity, "" + face))
                    .toList();
            IdentityIndex index = filled(ranks, BufferPolicy.RESERVOIR, 5);
            kept(index).forEach(rank -> times[ranks.indexOf(rank)]++);
        }
        // Then chi-square with 19 degrees of freedom stays below its 99.9 % quantile
        double expected = people * 5 / 20.0;
        double chiSquare = LongStream.of(times)
                .mapToDouble(n -> (n - expected) * (n - expected) / expected)
                .sum();
        assertTrue(chiSquare < 43.8, () -> "chi-square " + chiSquare);
    }

    @Test
    void aFacePassedOverOrPushedOutIsRecognised() {
        IdentityIndex index = filled(List.of(10L, 20L), BufferPolicy.RESERVOIR, 2);
        assertEquals(Outcome.PASSED_OVER, admit(index, 30));
        assertEquals(Outcome.KEPT, admit(index, 5));
        for (long known : new long[] {5, 10, 20, 30}) {
            assertEquals(Outcome.DUPLICATE, admit(index, known));
        }
        assertEquals(4, index.seen());
    }

    @Test
    void onlySoManyAreRemembered() {
        IdentityIndex index = IdentityIndex.empty(0);
        for (long rank = 0; rank < 10; rank++) {
            index.admit(rank, BufferPolicy.RESERVOIR, 2, 3);
        }
        assertTrue(index.remembers(4));
        assertFalse(index.remembers(5));
    }

    @Test
    void aRetractedFaceFreesItsSlotAndIsNewAgain() {
        IdentityIndex index = filled(List.of(10L, 20L, 30L, 40L), BufferPolicy.RESERVOIR, 3);
        int slot = index.retract(20);
        assertTrue(slot >= 0);
        assertEquals(-1, index.retract(40), "it was not kept");
        assertEquals(2, index.kept());
        assertEquals(slot, index.admit(40, BufferPolicy.RESERVOIR, 3, 100).slot());
        assertEquals(List.of(10L, 30L, 40L), kept(index));
    }

    @Property(tries = 100)
    void itIsTheSameAfterEncoding(
            @ForAll @Size(max = 40) List<Long> ranks, @ForAll @IntRange(min = 1, max = 12) int capacity) {
        IdentityIndex index = filled(ranks, BufferPolicy.RECENT, capacity);
        IdentityIndex decoded = IdentityIndex.decode(index.encode());
        assertArrayEquals(index.encode(), decoded.encode());
        assertEquals(kept(index), kept(decoded));
        assertEquals(index.seen(), decoded.seen());
        assertEquals(index.ordinal(), decoded.ordinal());
        new HashSet<>(ranks).forEach(rank -> assertEquals(index.remembers(rank), decoded.remembers(rank)));
    }

    private static Outcome admit(IdentityIndex index, long rank) {
        return index.admit(rank, BufferPolicy.RESERVOIR, 2, 100).outcome();
    }

    private static IdentityIndex filled(Iterable<Long> ranks, BufferPolicy policy, int capacity) {
        IdentityIndex index = IdentityIndex.empty(3);
        ranks.forEach(rank -> index.admit(rank, policy, capacity, 100));
        return index;
    }

    private static List<Long> kept(IdentityIndex index) {
        return IntStream.range(0, index.kept()).mapToObj(index::rank).toList();
    }

    private static List<Long> smallest(Set<Long> ranks, int count) {
        return new TreeSet<>(ranks).stream().limit(count).toList();
    }

    private static void assertDistinctSlots(IdentityIndex index, int capacity) {
        Set<Integer> slots =
                IntStream.range(0, index.kept()).mapToObj(index::slot).collect(Collectors.toSet());
        assertEquals(index.kept(), slots.size());
        slots.forEach(slot -> assertTrue(slot >= 0 && slot < capacity));
    }
}
