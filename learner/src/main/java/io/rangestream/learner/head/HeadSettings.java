package io.rangestream.learner.head;

/**
 * The classifier over identities.
 *
 * @param logits what goes into the softmax
 * @param sampledAbove identities up to which the softmax runs over all of them
 * @param sampledClasses identities drawn beside those of the batch beyond that
 */
public record HeadSettings(Logits logits, int sampledAbove, int sampledClasses) {

    public HeadSettings {
        if (sampledAbove < 0) {
            throw new IllegalArgumentException("sampledAbove must not be negative: " + sampledAbove);
        }
        if (sampledClasses < 1) {
            throw new IllegalArgumentException("sampledClasses must be at least 1: " + sampledClasses);
        }
    }

    /** Linear logits with bias, over all identities up to 8,192 and over those of the batch and 1,024 others beyond. */
    public static HeadSettings defaults() {
        return new HeadSettings(new Logits.Linear(true), 8192, 1024);
    }

    /** The same with other logits. */
    public HeadSettings with(Logits other) {
        return new HeadSettings(other, sampledAbove, sampledClasses);
    }
}
