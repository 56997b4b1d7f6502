package io.rangestream.learner.training;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PendingErasuresTest {
    private final PendingErasures erasures = new PendingErasures();

    @Test
    void aTaskThatHasNotCompliedIsExcludedUntilItHas() {
        erasures.complied("ann", "0_0");
        assertFalse(erasures.excludes("ann", "0_0"));
        assertTrue(erasures.excludes("ann", "0_1"));
        assertFalse(erasures.excludes("bob", "0_1"));

        erasures.complied("ann", "0_1");
        assertFalse(erasures.excludes("ann", "0_1"));
    }

    @Test
    void aPersonErasedTwiceIsNotShutOutForEver() {
        // Two tombstones; one task comes to both before the other comes to the first.
        erasures.complied("ann", "0_0");
        erasures.complied("ann", "0_0");
        erasures.complied("ann", "0_1");
        assertTrue(erasures.excludes("ann", "0_1"), "it still has one to comply with");

        erasures.complied("ann", "0_1");

        assertFalse(erasures.excludes("ann", "0_0"));
        assertFalse(erasures.excludes("ann", "0_1"));
    }

    @Test
    void aTaskHeardOfOnlyLaterDoesNotShutOutTheOthers() {
        erasures.complied("ann", "0_0");
        assertTrue(erasures.excludes("ann", "0_7"), "nothing was heard of it yet");

        erasures.complied("ann", "0_7");

        assertFalse(erasures.excludes("ann", "0_0"));
        assertFalse(erasures.excludes("ann", "0_7"));
    }

    @Test
    void aSavedStateGoesOnAndHoldsNoName() throws IOException {
        erasures.complied("ann-of-the-gables", "0_0");
        var bytes = new ByteArrayOutputStream();
        erasures.save(new DataOutputStream(bytes));

        var loaded = new PendingErasures();
        loaded.complied("bob", "0_1");
        loaded.load(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));

        assertTrue(loaded.excludes("ann-of-the-gables", "0_1"));
        assertFalse(loaded.excludes("bob", "0_0"));
        assertFalse(bytes.toString(StandardCharsets.UTF_8).contains("gables"));
    }
}
