package io.rangestream.learner.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ContrastiveLossTest {

    @Test
    void pullsAPairTogetherAndPushesTwoPeopleApartInsideTheMargin() {
        // Given ann at 0 and 2, bob at 5; margin 4
        double[] x = {0, 2, 5};
        var loss = new ContrastiveLoss(new ContrastiveLossSettings(4, 0.5));
        var gradient = new double[3];

        double value = loss.addGradient(x, new int[] {0, 0, 1}, 3, 1, gradient);

        // Genuine: 2²/2. Impostor: (0 + (4 − 3)²/2) / 2, the pair at distance 5 being outside.
        assertEquals(0.5 * (2 + 0.25), value, 1e-12);
        assertArrayEquals(new double[] {0.5 * -2, 0.5 * (2 + 0.5), 0.5 * -0.5}, gradient, 1e-12);
    }

    @Test
    void coincidingPeopleCostButGoNowhere() {
        var loss = new ContrastiveLoss(new ContrastiveLossSettings(4, 1));
        var gradient = new double[2];

        assertEquals(8, loss.addGradient(new double[] {3, 3}, new int[] {0, 1}, 2, 1, gradient), 1e-12);
        assertArrayEquals(new double[2], gradient);
    }

    @Test
    void rejectsConstantsThatMakeNoSense() {
        assertThrows(IllegalArgumentException.class, () -> new ContrastiveLossSettings(-1, 1));
        assertThrows(IllegalArgumentException.class, () -> new ContrastiveLossSettings(1, Double.NaN));
    }
}
