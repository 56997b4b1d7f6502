package io.rangestream.learner.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RocCurveTest {
    private static final double EXACT = 1e-12;

    @Test
    void aTiedPairCountsHalf() {
        // 0.9 beats all three; 0.5 beats 0.1, ties with two: (3 + 1 + 2/2) / 6.
        var roc = new RocCurve(new double[] {0.5, 0.9}, new double[] {0.5, 0.1, 0.5});

        assertEquals(5.0 / 6, roc.auc(), EXACT);
    }

    @Test
    void tiesAmongGenuineScoresEachCount() {
        // Each 0.5 beats 0.1 and ties with 0.5; 0.1 ties with 0.1: (1.5 + 1.5 + 0.5) / 6.
        var roc = new RocCurve(new double[] {0.5, 0.1, 0.5}, new double[] {0.1, 0.5});

        assertEquals(3.5 / 6, roc.auc(), EXACT);
    }

    @Test
    void separatedScoresGiveOneAndReversedOnesNone() {
        double[] high = {0.8, 0.9};
        double[] low = {-0.3, 0.2};

        assertEquals(1, new RocCurve(high, low).auc(), EXACT);
        assertEquals(0, new RocCurve(low, high).auc(), EXACT);
    }

    @Test
    void theScoresOfTheCallerAreNotSorted() {
        double[] genuine = {0.9, 0.1};

        new RocCurve(genuine, new double[] {0.5});

        assertEquals(0.9, genuine[0]);
    }

    @Test
    void acceptanceIsStrictlyAboveTheFirstRefusedImpostor() {
        // Ten impostors 0.0 … 0.9; at 0.1 one may pass, so scores above 0.8 are accepted: 0.8 itself is not.
        double[] impostor = IntStream.range(0, 10).mapToDouble(i -> i / 10.0).toArray();
        var roc = new RocCurve(new double[] {0.8, 0.81, 0.95, 0.3}, impostor);

        assertEquals(2.0 / 4, roc.tarAtFar(0.1), EXACT);
    }

    @Test
    void aRateBelowOnePairAcceptsNoImpostor() {
        // ⌊0.19 · 10⌋ = 1 is as 0.1; ⌊0.09 · 10⌋ = 0 refuses 0.9, too.
        double[] impostor = IntStream.range(0, 10).mapToDouble(i -> i / 10.0).toArray();
        var roc = new RocCurve(new double[] {0.85, 0.9, 0.95}, impostor);

        assertEquals(1, roc.tarAtFar(0.19), EXACT);
        assertEquals(1.0 / 3, roc.tarAtFar(0.09), EXACT);
        assertEquals(1, roc.tarAtFar(1), EXACT);
    }

    @Test
    void theLowestOfTheBestThresholdsIsTaken() {
        // At 0.6 and at 0.7 three of four are right.
        var roc = new RocCurve(new double[] {0.6, 0.8}, new double[] {0.1, 0.7});

        assertEquals(0.6, roc.bestThreshold());
        assertEquals(0.75, roc.balancedAccuracy(0.6), EXACT);
        assertEquals(0.75, roc.balancedAccuracy(0.8), EXACT);
    }

    @Test
    void aScoreAtTheThresholdIsGenuine() {
        var roc = new RocCurve(new double[] {0.6}, new double[] {0.5});

        assertEquals(1, roc.accuracy(0.6), EXACT);
        assertEquals(0.5, roc.accuracy(0.5), EXACT);
        assertEquals(0.5, roc.accuracy(Math.nextUp(0.6)), EXACT);
    }

    @Test
    void balancedAccuracyDoesNotDependOnHowManyPairsThereAreOfEachKind() {
        // At 0.7: 1 of 2 genuine, all 8 impostors. At 0.3: 2 of 2 genuine, 4 of 8 impostors.
        var roc = new RocCurve(new double[] {0.3, 0.7}, new double[] {0, 0, 0, 0, 0.4, 0.4, 0.4, 0.4});

        assertEquals(0.75, roc.balancedAccuracy(0.7), EXACT);
        assertEquals(0.75, roc.balancedAccuracy(0.3), EXACT);
        assertEquals(0.3, roc.bestThreshold());
        assertEquals(0.9, roc.accuracy(0.7), EXACT);
        assertEquals(0.7, roc.bestThresholdByPairs());
    }

    @Test
    void bothKindsOfPairsAreNeeded() {
        assertThrows(IllegalArgumentException.class, () -> new RocCurve(new double[0], new double[] {1}));
        assertThrows(IllegalArgumentException.class, () -> new RocCurve(new double[] {1}, new double[0]));
    }
}
