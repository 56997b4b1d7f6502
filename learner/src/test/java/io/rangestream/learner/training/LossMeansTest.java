package io.rangestream.learner.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.rangestream.learner.backbone.LossTerms;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LossMeansTest {
    private static final LossTerms NONE = LossTerms.of(0);

    private final LossMeans losses = new LossMeans();

    @Test
    void eachTermHasItsMean() {
        losses.add(terms(10, 1, 4, 8));
        losses.add(terms(20, 2, 8, 0));

        assertEquals(terms(15, 1.5, 6, 4), losses.means());
    }

    @Test
    void aNewIntervalBeginsAtNothing() {
        assertEquals(NONE, losses.means());
        losses.add(terms(10, 1, 4, 8));

        losses.reset();

        assertEquals(NONE, losses.means());
    }

    @Test
    void aSavedIntervalGoesOn() throws IOException {
        losses.add(terms(10, 1, 4, 8));
        var bytes = new ByteArrayOutputStream();
        losses.save(new DataOutputStream(bytes));

        var loaded = new LossMeans();
        loaded.load(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        loaded.add(terms(20, 2, 8, 0));

        assertEquals(terms(15, 1.5, 6, 4), loaded.means());
    }

    private static LossTerms terms(double total, double softmax, double intra, double inter) {
        return new LossTerms(total, Map.of("softmax", softmax, "intra", intra, "inter", inter));
    }
}
