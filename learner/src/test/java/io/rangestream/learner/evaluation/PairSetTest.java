package io.rangestream.learner.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.evaluation.PairSet.Pair;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PairSetTest {
    private static final int CAP = 10;

    @Test
    void equalFacesGiveEqualPairsAndAnotherSeedOthers() {
        List<HoldoutFace> faces = faces(8, 8, 8);

        PairSet pairs = PairSet.of(faces, CAP, 1);

        assertEquals(pairs, PairSet.of(List.copyOf(faces), CAP, 1));
        assertNotEquals(pairs.genuine(), PairSet.of(faces, CAP, 2).genuine());
        assertNotEquals(pairs.impostor(), PairSet.of(faces, CAP, 2).impostor());
    }

    @Test
    void onePersonSuppliesNoMoreThanTheCap() {
        // 20 faces have 190 pairs, 4 have 6, 2 have 1.
        List<HoldoutFace> faces = faces(20, 4, 2);

        PairSet pairs = PairSet.of(faces, CAP, 1);

        Map<String, Long> byPerson = pairs.genuine().stream()
                .collect(Collectors.groupingBy(pair -> faces.get(pair.first()).identity(), Collectors.counting()));
        assertEquals(Map.of("p0", 10L, "p1", 6L, "p2", 1L), byPerson);
    }

    @Test
    void genuinePairsAreDistinctAndOfOnePerson() {
        List<HoldoutFace> faces = faces(6, 5);

        PairSet pairs = PairSet.of(faces, CAP, 3);

        assertEquals(20, new HashSet<>(pairs.genuine()).size());
        for (Pair pair : pairs.genuine()) {
            assertTrue(pair.first() < pair.second());
            assertEquals(
                    faces.get(pair.first()).identity(), faces.get(pair.second()).identity());
        }
    }

    @Test
    void impostorPairsAreDistinctOfTwoPeopleAndTwentyTimesAsMany() {
        List<HoldoutFace> faces = faces(10, 10, 10, 10, 10);

        PairSet pairs = PairSet.of(faces, 2, 3);

        assertEquals(10, pairs.genuine().size());
        assertEquals(200, pairs.impostor().size());
        assertEquals(200, new HashSet<>(pairs.impostor()).size());
        for (Pair pair : pairs.impostor()) {
            assertTrue(pair.first() < pair.second());
            assertNotEquals(
                    faces.get(pair.first()).identity(), faces.get(pair.second()).identity());
        }
    }

    @Test
    void aSmallHoldoutEndsWithThePairsThereAre() {
        PairSet pairs = PairSet.of(faces(2, 1), CAP, 1);

        assertEquals(List.of(new Pair(0, 1)), pairs.genuine());
        assertTrue(List.of(new Pair(0, 2), new Pair(1, 2)).containsAll(pairs.impostor()));
        assertTrue(pairs.isUsable());
    }

    @Test
    void withoutPairsOfBothKindsThereIsNothingToJudge() {
        assertFalse(PairSet.of(List.of(), CAP, 1).isUsable());
        assertFalse(PairSet.of(faces(1, 1), CAP, 1).isUsable());
        assertFalse(PairSet.of(faces(3), CAP, 1).isUsable());
    }

    /** People p0, p1, … with so many faces each. */
    static List<HoldoutFace> faces(int... counts) {
        var faces = new ArrayList<HoldoutFace>();
        for (int person = 0; person < counts.length; person++) {
            for (int face = 0; face < counts[person]; face++) {
                String identity = "p" + person;
                faces.add(new HoldoutFace("%s/%02d".formatted(identity, face), identity, new byte[0]));
            }
        }
        return faces;
    }
}
