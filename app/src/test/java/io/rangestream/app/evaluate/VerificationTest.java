package io.rangestream.app.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class VerificationTest {

    @Test
    void figuresAreThoseComputedByHand() {
        // Above 0.5: two of three genuine pairs, one of four impostor pairs.
        List<Verification.Scored> pairs = List.of(
                genuine("a", 0.9),
                genuine("b", 0.8),
                genuine("c", 0.2),
                impostor("a", "b", 0.85),
                impostor("a", "c", 0.4),
                impostor("b", "c", 0.3),
                impostor("c", "d", 0.1));

        Verification.Result result = Verification.of(pairs, 1);

        // Impostor pairs below each genuine pair: 4, 3 and 1 of 4.
        assertEquals(8.0 / 12, result.auc().value(), 1e-12);
        // At 0.85 and above: FAR 1/4, FRR 2/3; at 0.8: 1/4 and 1/3, the closest; their mean.
        assertEquals((1.0 / 4 + 1.0 / 3) / 2, result.equalErrorRate().value(), 1e-12);
        assertEquals(3, result.genuine());
        assertEquals(4, result.impostor());
    }

    @Test
    void tiesCountHalf() {
        List<Verification.Scored> pairs = List.of(genuine("a", 0.5), genuine("b", 0.5), impostor("a", "b", 0.5));

        assertEquals(0.5, Verification.of(pairs, 1).auc().value(), 1e-12);
    }

    @Test
    void aPersonWithManyPairsWidensTheInterval() {
        // Given 200 people with a pair each, and 4 people with 50 pairs each that are alike
        var random = new SplittableRandom(3);
        double[] own = random.doubles(4).toArray();
        var independent = new ArrayList<Verification.Scored>();
        var dependent = new ArrayList<Verification.Scored>();
        for (int i = 0; i < 200; i++) {
            double other = random.nextDouble() - 0.3;
            independent.add(genuine("p" + i, random.nextDouble()));
            independent.add(impostor("p" + i, "p" + (i + 1) % 200, other));
            dependent.add(genuine("p" + i % 4, own[i % 4]));
            dependent.add(impostor("p" + i % 4, "p" + (i + 1) % 4, other));
        }

        // When both are resampled, then few people say less.
        assertEquals(true, width(dependent) > 1.3 * width(independent));
    }

    private static double width(List<Verification.Scored> pairs) {
        Estimate auc = Verification.of(pairs, 1).auc();
        return auc.upper() - auc.lower();
    }

    private static Verification.Scored genuine(String person, double score) {
        return new Verification.Scored(person, person, true, score);
    }

    private static Verification.Scored impostor(String first, String second, double score) {
        return new Verification.Scored(first, second, false, score);
    }
}
