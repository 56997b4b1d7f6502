package io.rangestream.sampler.internal.buffer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.sampler.internal.buffer.IdentityIndex.Outcome;
import io.rangestream.sampler.split.StableHash;
import io.rangestream.schemas.config.ConfigurationException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.Assume;
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

        IdentityIndex once = filled(ranks, EvictionPolicy.reservoir(), capacity);
        IdentityIndex twice = filled(again, EvictionPolicy.reservoir(), capacity);

        assertEquals(smallest(ranks, capacity), new TreeSet<>(kept(once)));
        assertEquals(smallest(ranks, capacity), new TreeSet<>(kept(twice)));
        assertEquals(ranks.size(), twice.seen());
        assertDistinctSlots(twice, capacity);
    }

    @Property(tries = 200)
    void recentKeepsTheLastToArrive(
            @ForAll @Size(max = 40) Set<Long> ranks, @ForAll @IntRange(min = 1, max = 12) int capacity) {
        List<Long> arrived = new ArrayList<>(ranks);
        IdentityIndex index = filled(arrived, EvictionPolicy.recent(), capacity);
        List<Long> last = arrived.subList(Math.max(0, arrived.size() - capacity), arrived.size());
        assertEquals(last, kept(index));
        assertDistinctSlots(index, capacity);
    }

    @Property(tries = 200)
    void mixKeepsTheLastToArriveAndAReservoirOfWhatCameBefore(
            @ForAll @Size(max = 40) Set<Long> ranks,
            @ForAll @IntRange(min = 1, max = 12) int capacity,
            @ForAll @IntRange(max = 12) int recent,
            @ForAll long shuffle) {
        Assume.that(recent <= capacity);
        List<Long> arrived = new ArrayList<>(ranks);
        IdentityIndex index = filled(arrived, EvictionPolicy.mix(recent), capacity);

        int old = Math.max(0, arrived.size() - recent);
        Set<Long> expected = smallest(arrived.subList(0, old), capacity - recent);
        expected.addAll(arrived.subList(old, arrived.size()));
        assertEquals(expected, new TreeSet<>(kept(index)));
        assertEquals(Math.min(capacity, arrived.size()), index.kept());

        Collections.shuffle(arrived.subList(0, old), new Random(shuffle));
        assertEquals(expected, new TreeSet<>(kept(filled(arrived, EvictionPolicy.mix(recent), capacity))));
        assertDistinctSlots(index, capacity);
    }

    @Test
    void everyFaceIsEquallyLikelyToBeKept() {
        // Given 20 faces of 20 000 people, in one order, and room for 5 of each: 100 000 draws
        int people = 20_000;
        long[] times = new long[20];
        for (int person = 0; person < people; person++) {
            String identity = "p" + person;
            List<Long> ranks = IntStream.range(0, 20)
                    .mapToObj(face -> StableHash.hash64("rank", identity, "" + face))
                    .toList();
            IdentityIndex index = filled(ranks, EvictionPolicy.reservoir(), 5);
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
        IdentityIndex index = filled(List.of(10L, 20L), EvictionPolicy.reservoir(), 2);
        assertEquals(Outcome.PASSED_OVER, admit(index, 30));
        assertEquals(Outcome.KEPT, admit(index, 5));
        for (long known : new long[] {5, 10, 20, 30}) {
            assertEquals(Outcome.DUPLICATE, admit(index, known));
        }
        assertEquals(4, index.seen());
    }

    @Property(tries = 200)
    void ofTheFacesThatAreNotKeptTheLastOnesAreRecognised(
            @ForAll @Size(max = 40) Set<Long> ranks, @ForAll @IntRange(max = 12) int window) {
        List<Long> gone = new ArrayList<>();
        IdentityIndex index = IdentityIndex.empty(0);
        for (long rank : ranks) {
            List<Long> before = kept(index);
            index.admit(rank, 1, EvictionPolicy.reservoir(), 3, window);
            before.add(rank);
            before.removeAll(kept(index));
            gone.addAll(before);
        }
        for (int i = 0; i < gone.size(); i++) {
            assertEquals(i >= gone.size() - window, index.remembers(gone.get(i)));
        }
    }

    @Property(tries = 200)
    void aFaceWithinTheWindowChangesNothingWhenItIsSentAgain(
            @ForAll @Size(min = 1, max = 40) Set<Long> ranks, @ForAll @IntRange(max = 39) int which) {
        List<Long> arrived = new ArrayList<>(ranks);
        for (EvictionPolicy policy :
                List.of(EvictionPolicy.reservoir(), EvictionPolicy.recent(), EvictionPolicy.mix(2))) {
            IdentityIndex index = filled(arrived, policy, 4);
            byte[] before = index.encode();
            assertEquals(
                    Outcome.DUPLICATE,
                    index.admit(arrived.get(which % arrived.size()), 9_999, policy, 4, 100)
                            .outcome());
            assertArrayEquals(before, index.encode());
        }
    }

    @Test
    void aRetractedFaceFreesItsSlotAndIsNewAgain() {
        IdentityIndex index = filled(List.of(10L, 20L, 30L, 40L), EvictionPolicy.reservoir(), 3);
        int slot = index.retract(20);
        assertTrue(slot >= 0);
        assertEquals(-1, index.retract(40), "it was not kept");
        assertEquals(2, index.kept());
        assertEquals(
                slot, index.admit(40, 1, EvictionPolicy.reservoir(), 3, 100).slot());
        assertEquals(List.of(10L, 30L, 40L), kept(index));
    }

    @Property(tries = 100)
    void itIsTheSameAfterEncoding(
            @ForAll @Size(max = 40) List<Long> ranks, @ForAll @IntRange(min = 1, max = 12) int capacity) {
        IdentityIndex index = filled(ranks, EvictionPolicy.recent(), capacity);
        IdentityIndex decoded = IdentityIndex.decode(index.encode());
        assertArrayEquals(index.encode(), decoded.encode());
        assertEquals(kept(index), kept(decoded));
        assertEquals(index.seen(), decoded.seen());
        assertEquals(index.ordinal(), decoded.ordinal());
        new HashSet<>(ranks).forEach(rank -> assertEquals(index.remembers(rank), decoded.remembers(rank)));
    }

    @Test
    void statisticsCountDistinctFacesAndSpanTheirTimes() {
        IdentityIndex index = IdentityIndex.empty(5);
        assertEquals(Optional.empty(), IdentityStatistics.read(index.encode()).firstAt());
        long[] timestamps = {3_000, 1_000, 2_000};
        for (int i = 0; i < 3; i++) {
            index.admit(i, timestamps[i], EvictionPolicy.recent(), 2, 10);
            index.admit(i, 9_000, EvictionPolicy.recent(), 2, 10); // a duplicate leaves no trace
        }
        assertEquals(
                new IdentityStatistics(
                        3, 2, Optional.of(Instant.ofEpochMilli(1_000)), Optional.of(Instant.ofEpochMilli(3_000))),
                IdentityStatistics.read(index.encode()));
        index.retract(2);
        assertEquals(1, IdentityStatistics.read(index.encode()).kept());
    }

    @Test
    void aRecordOfTheFirstFormatIsReadAndWrittenBackInTheNewOne() {
        // Given version 1: ordinal 7, 4 seen, 2 kept in the slots 1 and 0, ranks 20 and 10, and 30 and 40 remembered
        byte[] first = HexFormat.of()
                .parseHex("01" + "00000007" + "0000000000000004" + "0002" + "0001" + "0000000000000014" + "0000"
                        + "000000000000000a" + "000000000000001e" + "0000000000000028");
        IdentityIndex index = IdentityIndex.decode(first);
        assertEquals(7, index.ordinal());
        assertEquals(4, index.seen());
        assertEquals(List.of(20L, 10L), kept(index));
        assertEquals(1, index.slot(0));
        assertTrue(index.remembers(30) && index.remembers(40));
        assertEquals(new IdentityStatistics(4, 2, Optional.empty(), Optional.empty()), IdentityStatistics.read(first));

        index.admit(5, 8_000, EvictionPolicy.reservoir(), 2, 10);

        assertEquals(2, index.encode()[0]);
        assertEquals(
                new IdentityStatistics(
                        5, 2, Optional.of(Instant.ofEpochMilli(8_000)), Optional.of(Instant.ofEpochMilli(8_000))),
                IdentityStatistics.read(index.encode()));
        assertEquals(List.of(10L, 5L), kept(IdentityIndex.decode(index.encode())));
    }

    @Test
    void aRecordOfANewerFormatIsRefusedWithTheWayOut() {
        byte[] newer = IdentityIndex.empty(0).encode();
        newer[0]++;
        var refused = assertThrows(ConfigurationException.class, () -> IdentityIndex.decode(newer));
        assertTrue(refused.getMessage().startsWith("the buffers were written in format 3"), refused.getMessage());
        assertEquals(1, refused.getMessage().lines().count());
    }

    private static Outcome admit(IdentityIndex index, long rank) {
        return index.admit(rank, 1, EvictionPolicy.reservoir(), 2, 100).outcome();
    }

    private static IdentityIndex filled(Iterable<Long> ranks, EvictionPolicy policy, int capacity) {
        IdentityIndex index = IdentityIndex.empty(3);
        ranks.forEach(rank -> index.admit(rank, 1, policy, capacity, 100));
        return index;
    }

    private static List<Long> kept(IdentityIndex index) {
        return IntStream.range(0, index.kept()).mapToObj(index::rank).collect(Collectors.toCollection(ArrayList::new));
    }

    private static Set<Long> smallest(Collection<Long> ranks, int count) {
        return new TreeSet<>(ranks).stream().limit(count).collect(Collectors.toCollection(TreeSet::new));
    }

    private static void assertDistinctSlots(IdentityIndex index, int capacity) {
        Set<Integer> slots =
                IntStream.range(0, index.kept()).mapToObj(index::slot).collect(Collectors.toSet());
        assertEquals(index.kept(), slots.size());
        slots.forEach(slot -> assertTrue(slot >= 0 && slot < capacity));
    }
}
