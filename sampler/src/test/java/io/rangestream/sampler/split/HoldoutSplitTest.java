package io.rangestream.sampler.split;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.sampler.split.HoldoutSplit.Part;
import io.rangestream.schemas.config.ConfigurationException;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HoldoutSplitTest {
    private final HoldoutSplit split = new HoldoutSplit(50, 100, Set.of());

    @Test
    void sharesAreAsConfigured() {
        long whole = IntStream.range(0, 20_000)
                .filter(i -> split.partOf("p" + i, "0") == Part.HELD_OUT_IDENTITY)
                .count();
        assertEquals(1000, whole, 100);
        long half = IntStream.range(0, 20_000)
                .filter(i -> split.partOf("p" + i, "0") == Part.HELD_OUT_FACE)
                .count();
        assertEquals(950, half, 100); // half of a tenth of the other 19 000
    }

    @Test
    void oneOfTheSharingGivesAboutHalfOfTheFaces() {
        var everyoneGives = new HoldoutSplit(0, 1000, Set.of());
        long given = IntStream.range(0, 1000)
                .filter(i -> everyoneGives.partOf("ann", "" + i) == Part.HELD_OUT_FACE)
                .count();
        assertEquals(500, given, 60);
    }

    @Test
    void aLargerShareOnlyAddsToTheHoldout() {
        var larger = new HoldoutSplit(200, 300, Set.of());
        for (int i = 0; i < 3000; i++) {
            if (!split.isTraining("p" + i, "0")) {
                assertTrue(!larger.isTraining("p" + i, "0"));
            }
        }
    }

    @Test
    void aListReplacesTheHash() {
        var listed = new HoldoutSplit(900, 0, Set.of("zoe"));
        assertEquals(Part.HELD_OUT_IDENTITY, listed.partOf("zoe", "1"));
        IntStream.range(0, 50).forEach(i -> assertTrue(listed.isTraining("p" + i, "0")));
    }

    /** Another answer would train on what was held out before the upgrade. */
    @Test
    void theAnswersAreTheseForEver() {
        String parts = IntStream.range(0, 40)
                .mapToObj(i -> new HoldoutSplit(200, 500, Set.of()).partOf("person-" + i, "face-" + i))
                .map(part -> part == Part.TRAINING ? "t" : part == Part.HELD_OUT_FACE ? "f" : "i")
                .reduce("", String::concat);
        assertEquals("tttittitttftfiiitttfttftittitittitftiiii", parts);
    }

    @Test
    void impossibleSharesAreRefused() {
        assertThrows(ConfigurationException.class, () -> new HoldoutSplit(901, 0, Set.of()));
        assertThrows(ConfigurationException.class, () -> new HoldoutSplit(0, -1, Set.of()));
    }
}
