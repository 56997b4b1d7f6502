package io.rangestream.learner.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.rangestream.learner.backbone.LossTerms;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class LossMeansTest {
    private static final LossTerms NONE = new LossTerms(0, 0, 0, 0);

    private final LossMeans losses = new LossMeans();

    @Test
    void eachTermHasItsMean() {
        losses.add(new LossTerms(10, 1, 4, 8));
        losses.add(new LossTerms(20, 2, 8, 0));

        assertEquals(new LossTerms(15, 1.5, 6, 4), losses.means());
    }

    @Test
    void aNewIntervalBeginsAtNothing() {
        assertEquals(NONE, losses.means());
        losses.add(new LossTerms(10, 1, 4, 8));

        losses.reset();

        assertEquals(NONE, losses.means());
    }

    @Test
    void aSavedIntervalGoesOn() throws IOException {
        losses.add(new LossTerms(10, 1, 4, 8));
        var bytes = new ByteArrayOutputStream();
        losses.save(new DataOutputStream(bytes));

        var loaded = new LossMeans();
        loaded.load(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        loaded.add(new LossTerms(20, 2, 8, 0));

        assertEquals(new LossTerms(15, 1.5, 6, 4), loaded.means());
    }
}
