package io.rangestream.sampler.internal.draw;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class NameArenaTest {

    /** Names of up to 1500 bytes, so that pages fill up and are written anew many times. */
    @Property(tries = 20)
    void everyNameIsTheOneThatWasPut(@ForAll long seed) {
        var random = new Random(seed);
        var arena = new NameArena();
        Map<Integer, byte[]> plain = new HashMap<>();
        for (int i = 0; i < 3000; i++) {
            int ordinal = random.nextInt(300);
            if (plain.containsKey(ordinal)) {
                arena.remove(ordinal);
                plain.remove(ordinal);
            } else {
                byte[] name = new byte[random.nextInt(1500)];
                random.nextBytes(name);
                arena.put(ordinal, name);
                plain.put(ordinal, name);
            }
        }
        for (int ordinal = 0; ordinal < 300; ordinal++) {
            int at = ordinal;
            if (plain.containsKey(at)) {
                assertArrayEquals(plain.get(at), arena.get(at));
            } else {
                assertThrows(IllegalStateException.class, () -> arena.get(at));
            }
        }
    }

    @Test
    void aNameLongerThanAPageIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new NameArena().put(0, new byte[65_535]));
        new NameArena().put(0, new byte[65_534]);
    }
}
