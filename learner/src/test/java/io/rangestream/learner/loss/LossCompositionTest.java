package io.rangestream.learner.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.rangestream.learner.loss.LossComposition.Classification;
import io.rangestream.learner.loss.LossComposition.Metric;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LossCompositionTest {

    @Test
    void termsAreJoinedByPlusInAnyOrderAndCase() {
        assertEquals(new LossComposition(Classification.SOFTMAX, Set.of()), LossComposition.of("softmax"));
        assertEquals(
                new LossComposition(Classification.SOFTMAX, Set.of(Metric.CENTRE, Metric.RANGE)),
                LossComposition.of("centre + Range+softmax"));
        assertEquals(
                "softmax+range+centre",
                LossComposition.of("centre+range+softmax").toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "softmax+hinge | loss softmax+hinge: unknown term 'hinge', known: ",
                "softmax+ | loss softmax+: unknown term '', known: ",
                "range | loss range: exactly one of its terms has to be one of: softmax",
                "softmax+softmax | loss softmax+softmax: exactly one of its terms has to be one of: softmax",
                "softmax+range+range | loss softmax+range+range: range is there twice"
            })
    void whatIsNoneIsToldInOneLineWithTheChoices(String configured, String beginning) {
        var e = assertThrows(IllegalArgumentException.class, () -> LossComposition.of(configured));

        assertEquals(
                beginning,
                e.getMessage()
                        .substring(
                                0, Math.min(beginning.length(), e.getMessage().length())));
    }

    @Test
    void theUnknownTermIsToldWithAllThatAreKnown() {
        var e = assertThrows(IllegalArgumentException.class, () -> LossComposition.of("hinge"));

        for (Metric metric : Metric.values()) {
            assertEquals(true, e.getMessage().contains(metric.toString()), e.getMessage());
        }
    }
}
