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

class ErasedSinceVersionTest {
    private final ErasedSinceVersion erased = new ErasedSinceVersion();

    @Test
    void aVersionEndsIt() {
        erased.add("ann");
        assertTrue(erased.contains("ann"));
        assertFalse(erased.contains("bob"));

        erased.clear();

        assertFalse(erased.contains("ann"));
    }

    @Test
    void aSavedStateGoesOnAndHoldsNoName() throws IOException {
        erased.add("ann-of-the-gables");
        var bytes = new ByteArrayOutputStream();
        erased.save(new DataOutputStream(bytes));

        var loaded = new ErasedSinceVersion();
        loaded.add("bob");
        loaded.load(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));

        assertTrue(loaded.contains("ann-of-the-gables"));
        assertFalse(loaded.contains("bob"));
        assertEquals(Integer.BYTES + Long.BYTES, bytes.size(), "a count and 64 bits");
    }
}
