package io.rangestream.learner.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.evaluation.PairedBootstrap.Interval;
import io.rangestream.learner.evaluation.PairedBootstrap.Scores;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PairedBootstrapTest {
    private final PairSet pairs = PairSet.of(PairSetTest.faces(5, 5, 5, 5, 5, 5, 5, 5), 10, 1);
    private final PairedBootstrap bootstrap = new PairedBootstrap(pairs);

    @Test
    void equalScoresDifferByNothing() {
        Scores scores = scores(0.5, 1);

        assertEquals(new Interval(0, 0), bootstrap.interval(scores, scores, 1));
    }

    @Test
    void equallyGoodScoresHaveZeroInTheirInterval() {
        Interval interval = bootstrap.interval(scores(0.5, 1), scores(0.5, 2), 1);

        assertTrue(interval.lower() < 0 && interval.upper() > 0, interval.toString());
    }

    @Test
    void aClearlyBetterVersionIsBetterBeyondDoubtAndTheOtherWorse() {
        Interval better = bootstrap.interval(scores(3, 1), scores(0, 2), 1);
        Interval worse = bootstrap.interval(scores(0, 2), scores(3, 1), 1);

        assertTrue(better.lower() > 0.2, better.toString());
        assertTrue(worse.upper() < -0.2, worse.toString());
    }

    @Test
    void theSeedDecidesTheResamples() {
        Interval interval = bootstrap.interval(scores(0.5, 1), scores(0.5, 2), 1);

        assertEquals(interval, bootstrap.interval(scores(0.5, 1), scores(0.5, 2), 1));
        assertNotEquals(interval, bootstrap.interval(scores(0.5, 1), scores(0.5, 2), 9));
    }

    @Test
    void thePeopleNotThePairsAreResampled() {
        // One person alone carries the gain: one resample in e leaves that person out, so the gain is in doubt.
        Scores before = scores(0, 2);
        var genuine = before.genuine().clone();
        for (int i = 0; i < 10; i++) {
            genuine[i] = 10;
        }

        Interval interval = bootstrap.interval(new Scores(genuine, before.impostor()), before, 1);

        assertEquals(0, interval.lower(), 1e-12);
        assertTrue(interval.upper() > 0.05, interval.toString());
    }

    /** Normal scores, the genuine ones shifted. */
    private Scores scores(double shift, long seed) {
        var random = new Random(seed);
        return new Scores(
                random.doubles(pairs.genuine().size())
                        .map(x -> shift + random.nextGaussian())
                        .toArray(),
                random.doubles(pairs.impostor().size())
                        .map(x -> random.nextGaussian())
                        .toArray());
    }
}
