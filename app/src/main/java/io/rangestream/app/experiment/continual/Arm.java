package io.rangestream.app.experiment.continual;

import io.rangestream.schemas.config.ConfigurationException;
import java.util.Arrays;
import java.util.Locale;

/** A way to train on a stream; all of them with the same budget of crops. */
public enum Arm {
    /** No buffers: batches of the most recent faces, in the order in which they arrived. */
    RAW("softmax"),
    /** The sampler's balanced batches. */
    SOFTMAX("softmax"),
    /** The sampler's balanced batches, with range loss. */
    RANGE("softmax+range"),
    /** Everything known from the start, batches drawn by image: the upper bound. */
    OFFLINE("softmax");

    private final String loss;

    Arm(String loss) {
        this.loss = loss;
    }

    /** What is minimised, as the setting {@code loss} has it. */
    String loss() {
        return loss;
    }

    /** Whether batches come from the sampler. */
    boolean isSampled() {
        return this == SOFTMAX || this == RANGE;
    }

    /** The name on the command line. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws ConfigurationException in one line, if there is no such arm */
    public static Arm of(String key) {
        return Arrays.stream(values())
                .filter(arm -> arm.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new ConfigurationException(
                        "there is no arm '%s', only raw, softmax, range and offline".formatted(key)));
    }
}
