package io.rangestream.learner.loss;

import java.util.Arrays;
import java.util.Locale;

/**
 * The constants of triplet loss.
 *
 * @param margin by how much farther another identity should be than the own
 * @param mining which triplets count
 * @param distance what a distance is
 * @param weight of the loss beside the classification loss
 */
public record TripletLossSettings(double margin, Mining mining, Distance distance, double weight) {

    /** Which triplets of a batch count. */
    public enum Mining {
        /** Each crop with its farthest crop of the same identity and its nearest of another (Hermans et al.). */
        BATCH_HARD,
        /** Each genuine pair with the nearest crop of another identity that is farther than the pair (Schroff et al.). */
        SEMI_HARD;

        /**
         * Reads a configured value, in any case.
         *
         * @throws IllegalArgumentException in one line, naming the choices
         */
        public static Mining of(String value) {
            return Arrays.stream(values())
                    .filter(mining -> mining.toString().equalsIgnoreCase(value))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "unknown triplet mining '%s', known: batch-hard, semi-hard".formatted(value)));
        }

        /** The configured spelling. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public TripletLossSettings {
        Weight.require("triplet.margin", margin);
        Weight.require("triplet.weight", weight);
    }

    /** Margin 3 on plain distances, batch-hard, weight 0.1; they fit embeddings of norm around 10. */
    public static TripletLossSettings defaults() {
        return new TripletLossSettings(3, Mining.BATCH_HARD, Distance.EUCLIDEAN, 0.1);
    }
}
