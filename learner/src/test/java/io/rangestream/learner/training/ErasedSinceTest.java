package io.rangestream.learner.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ErasedSinceTest {
    private final ErasedSince erased = new ErasedSince();

    @Test
    void anErasureCountsForTheVersionsBeforeItAndNotForThoseAfter() {
        erased.versionMade(3, 1);
        erased.add("ann");
        erased.versionMade(4, 1);

        assertTrue(erased.contains("ann", 2));
        assertTrue(erased.contains("ann", 3));
        assertFalse(erased.contains("ann", 4), "the version may have seen ann again");
        assertFalse(erased.contains("bob", 2));
    }

    @Test
    void beforeTheFirstVersionItCountsForTheUntrainedNetwork() {
        erased.add("ann");

        assertTrue(erased.contains("ann", 0));
    }

    @Test
    void aSecondErasureIsTheOneThatCounts() {
        erased.versionMade(3, 1);
        erased.add("ann");
        erased.versionMade(4, 1);
        erased.add("ann");

        assertTrue(erased.contains("ann", 4));
    }

    @Test
    void afterGoingBackItCountsForTheVersionsAfterTheState() {
        erased.versionMade(3, 1);
        erased.countFor(5);
        erased.add("ann");

        assertTrue(erased.contains("ann", 5));

        erased.countFor(2);
        erased.add("bob");
        assertTrue(erased.contains("bob", 5), "a lower number changes nothing");
    }

    @Test
    void itIsForgottenWithTheLastCheckpointThatKnewThem() throws IOException {
        erased.versionMade(1, 1);
        erased.add("ann");
        erased.versionMade(2, 1);
        erased.versionMade(3, 2);

        assertEquals(2, erased.oldest());
        assertEquals(2 * Long.BYTES + Integer.BYTES, saved().length, "no hash is left");
    }

    @Test
    void aSavedStateGoesOnAndHoldsNoName() throws IOException {
        erased.versionMade(5, 2);
        erased.add("ann-of-the-gables");

        var loaded = new ErasedSince();
        loaded.add("bob");
        loaded.load(new DataInputStream(new ByteArrayInputStream(saved())));

        assertTrue(loaded.contains("ann-of-the-gables", 5));
        assertFalse(loaded.contains("bob", 0));
        assertEquals(2, loaded.oldest());
        assertEquals(4 * Long.BYTES + Integer.BYTES, saved().length, "two versions, a count, 64 bits and a version");
        loaded.add("cat");
        assertTrue(loaded.contains("cat", 5));
    }

    private byte[] saved() throws IOException {
        var bytes = new ByteArrayOutputStream();
        erased.save(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }
}
