package io.rangestream.learner.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class NamesTest {

    @Property(tries = 40)
    void findsWhatAMapWouldFindWhateverComesAndGoes(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 3000) int people) {
        var random = new Random(seed);
        var names = new Names();
        Map<String, Integer> expected = new HashMap<>();
        for (int i = 0; i < 3000; i++) {
            String identity = "é" + random.nextInt(people);
            if (expected.containsKey(identity) && random.nextBoolean()) {
                assertEquals(expected.remove(identity), names.remove(identity));
            } else if (!expected.containsKey(identity)) {
                expected.put(identity, i);
                names.put(Names.bytes(identity), i);
            }
        }
        assertEquals(expected.size(), names.size());
        for (int p = 0; p < people; p++) {
            String identity = "é" + p;
            int row = expected.getOrDefault(identity, -1);
            assertEquals(row, names.rowOf(identity));
            if (row >= 0) {
                assertArrayEquals(Names.bytes(identity), names.nameOf(row));
            }
        }
    }

    @Test
    void aRowWithoutAnIdentityHasNoName() {
        var names = new Names();
        names.put(Names.bytes("ann"), 3);

        assertNull(names.nameOf(0));
        assertNull(names.nameOf(1_000_000));
        assertEquals(-1, names.remove("bob"));
        assertEquals(3, names.remove("ann"));
        assertNull(names.nameOf(3));
    }
}
