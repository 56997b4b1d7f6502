package io.rangestream.learner;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RateTest {
    private static final long SECOND = 1_000_000_000L;

    private final Rate rate = new Rate();

    @Test
    void theRateIsOverTheTimeBetweenTheSamples() {
        rate.restart(0, 1000);
        assertEquals(0, rate.perSecond());

        rate.observe(2 * SECOND, 1300);

        assertEquals(150, rate.perSecond(), 1e-9);
    }

    @Test
    void whatWasLongAgoIsForgotten() {
        rate.restart(0, 0);
        for (int second = 1; second <= 20; second++) {
            rate.observe(second * SECOND, 1000);
        }

        assertEquals(0, rate.perSecond(), 1e-9);
    }

    @Test
    void aRestartForgetsTheOldCounter() {
        rate.restart(0, 0);
        rate.observe(SECOND, 5000);

        rate.restart(2 * SECOND, 100);
        rate.observe(3 * SECOND, 150);

        assertEquals(50, rate.perSecond(), 1e-9);
    }
}
