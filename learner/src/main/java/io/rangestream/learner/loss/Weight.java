package io.rangestream.learner.loss;

/** What every weight and margin has to be. */
final class Weight {
    private Weight() {}

    /** @throws IllegalArgumentException unless the value is a number of at least 0 */
    static void require(String name, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException("%s must be a number of at least 0: %s".formatted(name, value));
        }
    }
}
