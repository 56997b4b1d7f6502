package io.rangestream.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PacerTest {
    private final FakeTime time = new FakeTime();

    @Test
    void facesAreEvenlySpaced() throws InterruptedException {
        var pacer = new Pacer(50, time);
        for (int i = 0; i < 101; i++) {
            pacer.await();
            assertEquals(i * 20_000_000.0, time.nanos(), 1000);
        }
    }

    @Test
    void timeLostIsCaughtUpForATenthOfASecondOnly() throws InterruptedException {
        var pacer = new Pacer(100, time);
        pacer.await();
        time.sleep(10_000_000_000L);
        long resumed = time.nanos();

        for (int i = 0; i < 111; i++) {
            pacer.await();
        }

        assertEquals(1.0, (time.nanos() - resumed) / 1e9, 0.001, "eleven at once, a hundred in a second");
    }

    @Test
    void aSlowRateWaitsLongAndNoRateNotAtAll() throws InterruptedException {
        var slow = new Pacer(0.1, time);
        slow.await();
        slow.await();
        assertTrue(time.nanos() >= 10_000_000_000L);

        long before = time.nanos();
        var free = new Pacer(0, time);
        for (int i = 0; i < 1000; i++) {
            free.await();
        }
        assertEquals(before, time.nanos());
    }
}
