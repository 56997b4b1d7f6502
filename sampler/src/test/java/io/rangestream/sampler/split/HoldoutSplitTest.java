package io.rangestream.sampler.split;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.sampler.split.HoldoutSplit.Part;
import io.rangestream.schemas.config.ConfigurationException;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
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

    @Property(tries = 300)
    void onlyNameAndSharesDecideAndRaisingOneReleasesNothing(
            @ForAll String identity,
            @ForAll String faceId,
            @ForAll @IntRange(max = 900) int identities,
            @ForAll @IntRange(max = 1000) int faces,
            @ForAll @IntRange(max = 100) int more) {
        var smaller = new HoldoutSplit(identities, faces, Set.of());
        Part part = smaller.partOf(identity, faceId);
        assertEquals(part, new HoldoutSplit(identities, faces, Set.of()).partOf(identity, faceId));
        // The same person's other faces go with this one where the person is held out
        assertEquals(part == Part.HELD_OUT_IDENTITY, smaller.partOf(identity, faceId + "'") == Part.HELD_OUT_IDENTITY);
        // A list that leaves the person out changes nothing but the choice of persons
        var listed = new HoldoutSplit(identities, faces, Set.of(identity + "'"));
        if (part != Part.HELD_OUT_IDENTITY) {
            assertEquals(part, listed.partOf(identity, faceId));
        }
        if (part != Part.TRAINING) {
            int moreIdentities = Math.min(900, identities + more);
            int moreFaces = Math.min(1000, faces + more);
            assertTrue(!new HoldoutSplit(moreIdentities, faces, Set.of()).isTraining(identity, faceId));
            assertTrue(!new HoldoutSplit(identities, moreFaces, Set.of()).isTraining(identity, faceId));
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
