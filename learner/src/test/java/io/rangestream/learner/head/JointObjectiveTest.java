package io.rangestream.learner.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.backbone.LossTerms;
import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.loss.CentreLoss;
import io.rangestream.learner.loss.CentreLossSettings;
import io.rangestream.learner.loss.LossSum;
import io.rangestream.learner.loss.RangeLoss;
import io.rangestream.learner.loss.RangeLossSettings;
import io.rangestream.learner.parallel.Lanes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.Set;
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
        var joint = JointObjective.softmaxAndRange(DIM, head, range);
        joint.batch(BATCH, 1);
        var gradient = new float[4 * DIM];
        LossTerms terms = joint.lossAndGradient(embeddings, 4, gradient);
        joint.update(0, 1);

        var softmaxOnly = JointObjective.softmax(DIM, head);
        softmaxOnly.batch(BATCH, 1);
        var expected = new float[4 * DIM];
        LossTerms softmax = softmaxOnly.lossAndGradient(embeddings, 4, expected);
        new LossSum(List.of(range)).addGradient(embeddings, new int[] {0, 1, 0, 1}, 4, DIM, expected);

        assertEquals(
                terms.term("softmax") + 0.003 * terms.term("intra") + 0.003 * terms.term("inter"),
                terms.total(),
                1e-12);
        assertTrue(terms.term("intra") > 0 && terms.term("inter") > 0);
        assertEquals(softmax.total(), terms.term("softmax"), 1e-12);
        assertEquals(Set.of("softmax"), softmax.terms().keySet());
        assertArrayEquals(expected, gradient);
    }

    @Test
    void anUnseenIdentityStaysOnlyWhenTheStepIsTaken() {
        var joint = JointObjective.softmaxAndRange(DIM, head, range);
        joint.batch(BATCH, 1);

        joint.lossAndGradient(embeddings, 4, new float[4 * DIM]);
        joint.batch(List.of("cat", "cat", "dan", "dan"), 2);
        joint.lossAndGradient(embeddings, 4, new float[4 * DIM]);
        joint.update(0.1, 1);

        assertEquals(2, head.size());
        assertEquals(-1, head.rowOf("ann"));
        assertEquals(0, head.rowOf("cat"));
    }

    @Test
    void aBatchThatWasNotNamedIsAnError() {
        var joint = JointObjective.softmax(DIM, head);
        joint.batch(BATCH, 1);

        assertThrows(IllegalStateException.class, () -> joint.lossAndGradient(embeddings, 3, new float[3 * DIM]));
    }

    @Test
    void anErasedIdentityLeavesItsCentreToo() throws IOException {
        var joint = new JointObjective(DIM, "softmax", head, centreLoss());
        joint.batch(BATCH, 1);
        joint.lossAndGradient(embeddings, 4, new float[4 * DIM]);
        joint.update(0, 0);

        // When ann is gone and cat gets her row
        joint.erase("ann");
        joint.batch(List.of("cat", "cat", "bob", "bob"), 2);
        LossTerms terms = joint.lossAndGradient(new float[4 * DIM], 4, new float[4 * DIM]);

        // Then cat's crops are at their own mean, and bob's at his old centre
        double fromBob = 0;
        for (int d = 0; d < DIM; d++) {
            double centre = (embeddings[DIM + d] + embeddings[3 * DIM + d]) / 2;
            fromBob += centre * centre / 2;
        }
        assertEquals(0, head.rowOf("cat"));
        assertEquals(2 * fromBob / 4, terms.term("centre"), 1e-5);
    }

    @Test
    void aReturnBringsNeitherRowNorCentreOfSomebodyErasedSinceWhoCameBack() throws IOException {
        var joint = new JointObjective(DIM, "softmax", head, centreLoss());
        joint.batch(BATCH, 1);
        joint.lossAndGradient(embeddings, 4, new float[4 * DIM]);
        joint.update(0, 0);
        var bytes = new ByteArrayOutputStream();
        joint.save(new DataOutputStream(bytes));
        joint.erase("bob");
        joint.batch(BATCH, 2);
        joint.lossAndGradient(new float[4 * DIM], 4, new float[4 * DIM]);
        joint.update(0, 0);

        joint.restore(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), "bob"::equals);

        // Then bob's next crops are at their own mean, and ann's at her old centre
        assertEquals(0, head.rowOf("ann"));
        assertEquals(-1, head.rowOf("bob"));
        joint.batch(BATCH, 3);
        LossTerms terms = joint.lossAndGradient(new float[4 * DIM], 4, new float[4 * DIM]);
        double fromAnn = 0;
        for (int d = 0; d < DIM; d++) {
            double centre = (embeddings[d] + embeddings[2 * DIM + d]) / 2;
            fromAnn += centre * centre / 2;
        }
        assertEquals(2 * fromAnn / 4, terms.term("centre"), 1e-5);
    }

    @Test
    void savedAndLoadedTheCentresAreThereAgain() throws IOException {
        var joint = new JointObjective(DIM, "softmax", head, centreLoss());
        joint.batch(BATCH, 1);
        joint.lossAndGradient(embeddings, 4, new float[4 * DIM]);
        joint.update(0, 0);
        var bytes = new ByteArrayOutputStream();
        joint.save(new DataOutputStream(bytes));

        var loaded = new JointObjective(
                DIM, "softmax", new ClassHead(DIM, OptimizerSettings.defaults(), lanes), centreLoss());
        loaded.load(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));

        joint.batch(BATCH, 1);
        loaded.batch(BATCH, 1);
        assertEquals(
                joint.lossAndGradient(new float[4 * DIM], 4, new float[4 * DIM]),
                loaded.lossAndGradient(new float[4 * DIM], 4, new float[4 * DIM]));
    }

    private static LossSum centreLoss() {
        return new LossSum(List.of(new CentreLoss(CentreLossSettings.defaults())));
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
