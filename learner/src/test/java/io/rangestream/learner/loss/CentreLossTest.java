package io.rangestream.learner.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class CentreLossTest {
    private final CentreLoss loss = new CentreLoss(new CentreLossSettings(0.5, 0.1));

    @Test
    void aNewCentreBeginsAtTheMeanOfItsCropsOnceTheStepIsTaken() {
        double value = loss.addGradient(new double[] {0, 4, 7}, new int[] {5, 5, 300}, 3, 1, new double[3]);
        assertFalse(loss.knows(5), "the step may still be dropped");

        loss.update();

        assertEquals(0.1 * (2 + 2 + 0) / 3, value, 1e-12);
        assertArrayEquals(new float[] {2}, loss.centreOf(5));
        assertArrayEquals(new float[] {7}, loss.centreOf(300));
    }

    @Test
    void cropsArePulledToTheirCentreAndTheCentreMovesToThem() {
        step(new double[] {2, 7}, 5, 300);
        var gradient = new double[3];

        double value = loss.addGradient(new double[] {4, 5, 7}, new int[] {5, 5, 300}, 3, 1, gradient);
        loss.update();

        assertEquals(0.1 * (2 + 4.5 + 0) / 3, value, 1e-12);
        assertArrayEquals(new double[] {0.1 * 2 / 3, 0.1 * 3 / 3, 0}, gradient, 1e-12);
        // By half of (2 + 3) / (1 + 2).
        assertEquals(2 + 2.5 / 3, loss.centreOf(5)[0], 1e-6);
        assertArrayEquals(new float[] {7}, loss.centreOf(300));
    }

    @Test
    void aStepThatIsNotTakenMovesNoCentre() throws IOException {
        step(new double[] {2, 7}, 5, 300);
        byte[] before = state(loss);

        loss.addGradient(new double[] {50, 60}, new int[] {5, 6}, 2, 1, new double[2]);

        assertArrayEquals(before, state(loss));
    }

    @Test
    void anErasedIdentityLeavesNothingToTheNextOneOfItsLabel() throws IOException {
        step(new double[] {2, 7}, 0, 1);
        loss.forget(0);
        loss.forget(17);
        assertFalse(loss.knows(0));

        step(new double[] {40, 7}, 0, 1);

        assertArrayEquals(new float[] {40}, loss.centreOf(0));
        var fresh = new CentreLoss(new CentreLossSettings(0.5, 0.1));
        load(fresh, state(loss));
        assertTrue(fresh.knows(0) && fresh.knows(1));
    }

    @Test
    void savedAndLoadedItGoesOnBitByBit() throws IOException {
        step(new double[] {0.1, 0.2, 0.7}, 5, 6, 300);
        var loaded = new CentreLoss(new CentreLossSettings(0.5, 0.1));
        loaded.addGradient(new double[] {1, 2}, new int[] {9, 9}, 2, 1, new double[2]);
        loaded.update();
        load(loaded, state(loss));

        step(new double[] {0.3, 0.4}, 5, 301);
        loaded.addGradient(new double[] {0.3, 0.4}, new int[] {5, 301}, 2, 1, new double[2]);
        loaded.update();

        assertArrayEquals(state(loss), state(loaded));
    }

    @Test
    void loadingLeavesNoTraceOfACentreThatIsNotLoaded() throws IOException {
        step(new double[] {2, 7}, 5, 6);
        var one = new CentreLoss(new CentreLossSettings(0.5, 0.1));
        one.addGradient(new double[] {3}, new int[] {6}, 1, 1, new double[1]);
        one.update();

        load(loss, state(one));

        assertArrayEquals(new float[] {0}, loss.centreOf(5));
        assertArrayEquals(new float[] {3}, loss.centreOf(6));
    }

    @Test
    void bytesOfSomethingElseAreRefused() {
        assertThrows(IOException.class, () -> load(loss, new byte[] {0, 0, 0, 77, 0, 0, 0, 1}));
    }

    @Test
    void rejectsConstantsThatMakeNoSense() {
        assertThrows(IllegalArgumentException.class, () -> new CentreLossSettings(1.5, 1));
        assertThrows(IllegalArgumentException.class, () -> new CentreLossSettings(0.5, -1));
    }

    private void step(double[] x, int... labels) {
        loss.addGradient(x, labels, labels.length, 1, new double[labels.length]);
        loss.update();
    }

    private static byte[] state(CentreLoss loss) throws IOException {
        var bytes = new ByteArrayOutputStream();
        loss.save(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static void load(CentreLoss loss, byte[] state) throws IOException {
        loss.load(new DataInputStream(new ByteArrayInputStream(state)));
    }
}
