package io.rangestream.learner.loss;

import java.util.Arrays;
import java.util.Locale;

/** How far apart two embeddings are. */
public enum Distance {
    /** ‖a − b‖², as the papers of range loss and FaceNet have it. */
    SQUARED {
        @Override
        double of(double squared) {
            return squared;
        }

        @Override
        double slope(double squared) {
            return 2;
        }
    },
    /** ‖a − b‖. */
    EUCLIDEAN {
        @Override
        double of(double squared) {
            return Math.sqrt(squared);
        }

        @Override
        double slope(double squared) {
            return squared > 0 ? 1 / Math.sqrt(squared) : 0;
        }
    };

    /** The distance, from the squared Euclidean one. */
    abstract double of(double squared);

    /**
     * What a − b is multiplied with to give ∂distance/∂a, from the squared Euclidean distance; 0 where the distance has no gradient,
     * at coinciding points.
     */
    abstract double slope(double squared);

    /**
     * Reads a configured value, in any case.
     *
     * @throws IllegalArgumentException in one line, naming the choices
     */
    public static Distance of(String value) {
        return Arrays.stream(values())
                .filter(distance -> distance.toString().equalsIgnoreCase(value))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "unknown distance '%s', known: squared, euclidean".formatted(value)));
    }

    /** The configured spelling. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** ‖x_a − x_b‖² of two rows. */
    static double squared(double[] x, int a, int b, int dim) {
        double sum = 0;
        for (int d = 0; d < dim; d++) {
            double difference = x[a * dim + d] - x[b * dim + d];
            sum += difference * difference;
        }
        return sum;
    }

    /** Adds {@code factor · (x_a − x_b)} to the gradient of row a and takes it from that of row b. */
    static void addPair(double[] x, int a, int b, int dim, double factor, double[] gradient) {
        if (factor == 0) {
            return;
        }
        for (int d = 0; d < dim; d++) {
            double push = factor * (x[a * dim + d] - x[b * dim + d]);
            gradient[a * dim + d] += push;
            gradient[b * dim + d] -= push;
        }
    }
}
