package io.rangestream.learner.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.backbone.LossTerms;
import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.loss.RangeLoss;
import io.rangestream.learner.loss.RangeLossSettings;
import io.rangestream.learner.parallel.Lanes;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JointObjectiveTest {

    private static final int DIM = 6;
    private static final List<String> BATCH = List.of("ann", "bob", "ann", "bob");

    private final Lanes lanes = new Lanes(1);
    private final ClassHead head = new ClassHead(DIM, OptimizerSettings.defaults(), lanes);
    private final RangeLoss range = new RangeLoss(RangeLossSettings.defaults());
    private final float[] embeddings = embeddings();

    @AfterEach
    void close() {
        lanes.close();
    }

    @Test
    void theTotalAndItsGradientAreTheWeightedSumOfTheTerms() {
        var joint = JointObjective.of("softmax+range", DIM, head, range);
        joint.batch(BATCH);
        var gradient = new float[4 * DIM];
        LossTerms terms = joint.lossAndGradient(embeddings, 4, gradient);
        joint.update(0, 1);

        var softmaxOnly = JointObjective.of("softmax", DIM, head, range);
        softmaxOnly.batch(BATCH);
        var expected = new float[4 * DIM];
        LossTerms softmax = softmaxOnly.lossAndGradient(embeddings, 4, expected);
        range.addGradient(embeddings, new int[] {0, 1, 0, 1}, 4, DIM, expected);

        assertEquals(terms.softmax() + 0.01 * terms.intra() + 0.01 * terms.inter(), terms.total(), 1e-12);
        assertTrue(terms.intra() > 0 && terms.inter() > 0);
        assertEquals(softmax.total(), terms.softmax(), 1e-12);
        assertEquals(0, softmax.intra() + softmax.inter());
        assertArrayEquals(expected, gradient);
    }

    @Test
    void anUnseenIdentityStaysOnlyWhenTheStepIsTaken() {
        var joint = JointObjective.softmaxAndRange(DIM, head, range);
        joint.batch(BATCH);

        joint.lossAndGradient(embeddings, 4, new float[4 * DIM]);
        joint.batch(List.of("cat", "cat", "dan", "dan"));
        joint.lossAndGradient(embeddings, 4, new float[4 * DIM]);
        joint.update(0.1, 1);

        assertEquals(2, head.size());
        assertEquals(-1, head.rowOf("ann"));
        assertEquals(0, head.rowOf("cat"));
    }

    @Test
    void aBatchThatWasNotNamedIsAnError() {
        var joint = JointObjective.softmax(DIM, head);
        joint.batch(BATCH);

        assertThrows(IllegalStateException.class, () -> joint.lossAndGradient(embeddings, 3, new float[3 * DIM]));
    }

    @Test
    void anUnknownLossIsNamedWithTheChoices() {
        var e = assertThrows(IllegalArgumentException.class, () -> JointObjective.of("hinge", DIM, head, range));

        assertEquals("unknown loss 'hinge', known: softmax, softmax+range", e.getMessage());
    }

    private static float[] embeddings() {
        var random = new Random(4);
        var values = new float[4 * DIM];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
