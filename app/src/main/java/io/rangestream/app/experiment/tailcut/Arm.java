package io.rangestream.app.experiment.tailcut;

import io.rangestream.learner.loss.LossComposition;
import io.rangestream.schemas.config.ConfigurationException;
import java.util.Arrays;
import java.util.Locale;

/**
 * What one run trains with.
 *
 * @param loss as the setting {@code loss} has it
 * @param cut per cent of the tail's people that are left out, 0 … 100
 * @param tau exponent of the number of faces by which people are drawn; without effect for {@link Sampling#INSTANCE}
 */
public record Arm(String loss, int cut, Sampling sampling, double tau, long seed) {

    /** How batches are drawn. */
    public enum Sampling {
        /** P people, and K crops of each. */
        BALANCED,
        /** P · K crops, every face alike. */
        INSTANCE;

        static Sampling of(String configured) {
            return valueOf(configured.toUpperCase(Locale.ROOT));
        }

        /** The spelling on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Arm {
        if (cut < 0 || cut > 100) {
            throw new ConfigurationException("a cut is 0 to 100 per cent of the tail, not %d".formatted(cut));
        }
        if (!(tau >= 0 && tau <= 10)) {
            throw new ConfigurationException("tau must lie between 0 and 10, not %s".formatted(tau));
        }
    }

    /**
     * A loss as the study has it: each beside softmax.
     *
     * @param name a term, or several joined by {@code +}
     * @throws ConfigurationException in one line, naming the choices
     */
    public static String lossOf(String name) {
        boolean classifies = name.contains("+")
                || Arrays.stream(LossComposition.Classification.values())
                        .anyMatch(known -> known.toString().equals(name));
        String loss = classifies ? name : "softmax+" + name;
        try {
            LossComposition.of(loss);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(e);
        }
        return loss;
    }

    /** Of the run and its folder. */
    public String name() {
        String draw = sampling == Sampling.INSTANCE ? "instance" : "balanced-tau" + number(tau);
        return "%s-cut%d-%s-seed%d".formatted(loss, cut, draw, seed);
    }

    /** How batches are drawn, in words. */
    String draw() {
        return sampling == Sampling.INSTANCE ? "instance" : "balanced, τ = " + number(tau);
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Integer.toString((int) value) : Double.toString(value);
    }
}
