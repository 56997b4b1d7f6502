package io.rangestream.learner.optimizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The expected weights are PyTorch 1.13's, in float64:
 *
 * <pre>{@code
 * for make in [lambda p: torch.optim.SGD([p], lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.1),
 *              lambda p: torch.optim.Adam([p], lr=0.01, weight_decay=0.1),
 *              lambda p: torch.optim.AdamW([p], lr=0.01, weight_decay=0.1)]:
 *     p = torch.tensor([0.5, -1.25, 2.0], dtype=torch.float64, requires_grad=True)
 *     optimizer = make(p)
 *     for g in [[0.1, -0.2, 0.3], [0.4, 0.05, -0.6], [-0.7, 0.8, 0.09]]:
 *         p.grad = torch.tensor(g, dtype=torch.float64)
 *         optimizer.step()
 *     print(p.tolist())
 * }</pre>
 */
class UpdateRuleTest {

    private static final float[] START = {0.5f, -1.25f, 2.0f};
    private static final float[][] GRADIENTS = {{0.1f, -0.2f, 0.3f}, {0.4f, 0.05f, -0.6f}, {-0.7f, 0.8f, 0.09f}};

    @Test
    void threeStepsOfSgdEndWherePyTorchEnds() {
        assertArrayEquals(
                new float[] {0.4757735139375f, -1.24898036353125f, 1.9415969631249999f},
                afterThreeSteps(new UpdateRule.Sgd(0.9), 0.05),
                2e-7f);
    }

    @Test
    void threeStepsOfAdamEndWherePyTorchEnds() {
        assertArrayEquals(
                new float[] {0.48182128490623377f, -1.2347524164670853f, 1.986402801268832f},
                afterThreeSteps(new UpdateRule.Adam(0.9, 0.999, 1e-8, false), 0.01),
                4e-7f);
    }

    @Test
    void threeStepsOfAdamWithDecoupledDecayEndWherePyTorchEnds() {
        assertArrayEquals(
                new float[] {0.4817234296006096f, -1.2368654042289935f, 1.989638243911135f},
                afterThreeSteps(new UpdateRule.Adam(0.9, 0.999, 1e-8, true), 0.01),
                4e-7f);
    }

    @Test
    void theFirstStepOfAdamIsTheRateWhateverTheGradient() {
        var weights = new float[2];
        var moments = new float[2][2];

        new UpdateRule.Adam(0.9, 0.999, 1e-8, true)
                .update(0.01, 1, 1)
                .apply(weights, moments, 0, new float[] {1e-3f, -50f}, 0, 2, 0f);

        assertArrayEquals(new float[] {-0.01f, 0.01f}, weights, 1e-6f);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sgd", "adam", "adamw"})
    void aClippedGradientIsAGradientOfThatSize(String label) {
        UpdateRule rule = UpdateRule.of(label, 0.9, 0.9, 0.999, 1e-8);
        float[] clipped = START.clone();
        float[] half = START.clone();

        rule.update(0.1, 0.5, 1).apply(clipped, new float[2][3], 0, new float[] {2, -4, 6}, 0, 3, 0.1f);
        rule.update(0.1, 1, 1).apply(half, new float[2][3], 0, new float[] {1, -2, 3}, 0, 3, 0.1f);

        assertArrayEquals(half, clipped);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sgd", "adam", "adamw"})
    void onlyItsRangeMoves(String label) {
        UpdateRule rule = UpdateRule.of(label, 0.9, 0.9, 0.999, 1e-8);
        assertEquals(label, rule.label());
        float[] weights = {1, 2, 3, 4};
        var moments = new float[rule.moments()][4];

        rule.update(0.1, 1, 1).apply(weights, moments, 1, new float[] {9, 9, 5, -5}, 2, 2, 0f);

        assertEquals(1, weights[0]);
        assertEquals(4, weights[3]);
        assertEquals(true, weights[1] < 2 && weights[2] > 3);
        for (float[] moment : moments) {
            assertEquals(0, moment[0]);
            assertEquals(0, moment[3]);
        }
    }

    @Test
    void constantsThatDoNotFitAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new UpdateRule.Sgd(1));
        assertThrows(IllegalArgumentException.class, () -> new UpdateRule.Adam(0.9, 1, 1e-8, true));
        assertThrows(IllegalArgumentException.class, () -> new UpdateRule.Adam(0.9, 0.999, 0, true));
        assertThrows(IllegalArgumentException.class, () -> UpdateRule.of("lion", 0.9, 0.9, 0.999, 1e-8));
    }

    @Test
    void constantsThatAreZeroOrOneAsFloatsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new UpdateRule.Sgd(1 - 1e-9));
        assertThrows(IllegalArgumentException.class, () -> new UpdateRule.Adam(1 - 1e-9, 0.999, 1e-8, false));
        assertThrows(IllegalArgumentException.class, () -> new UpdateRule.Adam(0.9, 1 - 1e-9, 1e-8, false));
        assertThrows(IllegalArgumentException.class, () -> new UpdateRule.Adam(0.9, 0.999, 1e-50, false));
        assertThrows(IllegalArgumentException.class, () -> new UpdateRule.Adam(0.9, 0.999, 1e50, false));
    }

    private static float[] afterThreeSteps(UpdateRule rule, double rate) {
        float[] weights = START.clone();
        var moments = new float[rule.moments()][3];
        for (int step = 0; step < GRADIENTS.length; step++) {
            rule.update(rate, 1, step + 1).apply(weights, moments, 0, GRADIENTS[step], 0, 3, 0.1f);
        }
        return weights;
    }
}
