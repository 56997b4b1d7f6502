package io.rangestream.learner.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.rangestream.learner.loss.TripletLossSettings.Mining;
import org.junit.jupiter.api.Test;

class TripletLossTest {
    /** Ann at 0, 1 and 4; bob at 6 and 9. */
    private static final double[] X = {0, 1, 4, 6, 9};

    private static final int[] LABELS = {0, 0, 0, 1, 1};

    @Test
    void batchHardTakesTheFarthestOfOnesOwnAndTheNearestOther() {
        var loss = new TripletLoss(new TripletLossSettings(1, Mining.BATCH_HARD, Distance.EUCLIDEAN, 0.5));
        var gradient = new double[5];

        double value = loss.addGradient(X, LABELS, 5, 1, gradient);

        // max(p − n + 1, 0) of the anchors: 4−6, 3−5, 4−2, 3−2, 3−5
        assertEquals(0.5 * (0 + 0 + 3 + 2 + 0) / 5, value, 1e-12);
        // Anchor 4: pulled to 0, pushed from 6. Anchor 6: pulled to 9, pushed from 4.
        assertArrayEquals(new double[] {-0.1, 0, 0.1 + 0.1 + 0.1, -0.1 - 0.1 - 0.1, 0.1}, gradient, 1e-12);
    }

    @Test
    void semiHardTakesTheNearestOtherThatIsFartherThanThePair() {
        var loss = new TripletLoss(new TripletLossSettings(10, Mining.SEMI_HARD, Distance.SQUARED, 1));

        double value = loss.addGradient(X, LABELS, 5, 1, new double[5]);

        // Pair and other, in order: of 0: 1<36, 16<36; of 1: 1<25, 9<25; of 4: 16<25, 9<25; of 6: 9<25 (to 1); of 9:
        // 9<25 (to 4).
        double sum = 0 + 0 + 0 + 0 + (16 - 25 + 10) + 0 + 0 + 0;
        assertEquals(sum / 8, value, 1e-12);
    }

    @Test
    void semiHardFallsBackToTheFarthestWhereAllOthersAreNearerThanThePair() {
        var loss = new TripletLoss(new TripletLossSettings(1, Mining.SEMI_HARD, Distance.EUCLIDEAN, 1));

        double value = loss.addGradient(new double[] {0, 9, 4, 6}, new int[] {0, 0, 1, 2}, 4, 1, new double[4]);

        // Of 0 to 9: the farthest other is 6; of 9 to 0: it is 5.
        assertEquals(((9 - 6 + 1) + (9 - 5 + 1)) / 2.0, value, 1e-12);
    }

    @Test
    void aCropWithoutAnotherOfItsIdentityIsNoAnchor() {
        var loss = new TripletLoss(new TripletLossSettings(1, Mining.BATCH_HARD, Distance.EUCLIDEAN, 1));

        double value = loss.addGradient(new double[] {0, 2, 1}, new int[] {0, 0, 1}, 3, 1, new double[3]);

        assertEquals((2 - 1 + 1 + 2 - 1 + 1) / 2.0, value, 1e-12);
    }

    @Test
    void rejectsConstantsThatMakeNoSense() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new TripletLossSettings(-1, Mining.SEMI_HARD, Distance.SQUARED, 1));
        assertThrows(
                IllegalArgumentException.class,
                () -> new TripletLossSettings(1, Mining.SEMI_HARD, Distance.SQUARED, Double.POSITIVE_INFINITY));
    }
}
