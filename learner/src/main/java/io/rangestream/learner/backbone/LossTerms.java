package io.rangestream.learner.backbone;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The loss of one batch and its terms by name, each before its weight is applied.
 *
 * @param total what is minimised, the weighted sum of the terms
 * @param terms for example {@code softmax} (mean cross-entropy over the crops), {@code intra} and {@code inter} (the two of range loss), in
 *     the order in which they are added
 */
public record LossTerms(double total, Map<String, Double> terms) {

    public LossTerms {
        terms = Collections.unmodifiableMap(new LinkedHashMap<>(terms));
    }

    /** A loss whose terms are of no interest. */
    public static LossTerms of(double total) {
        return new LossTerms(total, Map.of());
    }

    /** A term by its name; 0 if it is not in use. */
    public double term(String name) {
        return terms.getOrDefault(name, 0.0);
    }

    /** Whether every term is a number one can train on. */
    public boolean isFinite() {
        return Double.isFinite(total) && terms.values().stream().allMatch(Double::isFinite);
    }
}
