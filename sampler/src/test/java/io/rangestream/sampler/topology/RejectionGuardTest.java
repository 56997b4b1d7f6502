package io.rangestream.sampler.topology;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.sampler.config.RejectionLimit;
import io.rangestream.sampler.topology.RejectionGuard.TooManyRejectedException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class RejectionGuardTest {
    @Test
    void stopsWhenTheWindowIsFullOfRefusals() {
        var guard = new RejectionGuard(new RejectionLimit(0.8, 10));
        for (int i = 0; i < 2; i++) {
            guard.accepted();
        }
        for (int i = 0; i < 7; i++) {
            guard.rejected("too large");
        }

        var e = assertThrows(TooManyRejectedException.class, () -> guard.rejected("too large"));

        assertTrue(e.getMessage().startsWith("8 of the last 10 faces records were refused"), e.getMessage());
        assertTrue(e.getMessage().contains("the last because: too large"), e.getMessage());
    }

    @Test
    void forgetsWhatLiesBeforeTheWindow() {
        var guard = new RejectionGuard(new RejectionLimit(0.8, 10));
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i < 7; i++) {
                assertDoesNotThrow(() -> guard.rejected("x"));
            }
            for (int i = 0; i < 3; i++) {
                guard.accepted();
            }
        }
    }

    @Test
    void neverStopsWithoutAWindow() {
        var guard = new RejectionGuard(new RejectionLimit(0.5, 0));
        for (int i = 0; i < 5000; i++) {
            guard.rejected("x");
        }
    }

    @Test
    void theSamplerStopsInsteadOfFillingTheDeadLetters() {
        try (var sampler = new SamplerHarness(Faces.config("rejected.stop.window", "20", "rejected.stop.share", "1"))) {
            byte[] garbage = "garbage".getBytes(StandardCharsets.UTF_8);
            sampler.add("ann", "0");
            for (int i = 0; i < 19; i++) {
                sampler.send("ann".getBytes(StandardCharsets.UTF_8), garbage, new RecordHeaders());
            }

            var e = assertThrows(
                    RuntimeException.class,
                    () -> sampler.send("ann".getBytes(StandardCharsets.UTF_8), garbage, new RecordHeaders()));

            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            assertTrue(String.valueOf(root.getMessage()).startsWith("20 of the last 20"), root.toString());
            assertEquals(19, sampler.letters.size());
        }
    }
}
