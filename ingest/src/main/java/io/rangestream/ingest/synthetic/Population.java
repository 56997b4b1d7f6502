package io.rangestream.ingest.synthetic;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How many people there are and how many crops of each: by Zipf's law, the k-th most photographed has about 1/k^exponent
 * as many as the first.
 *
 * @param identities people
 * @param faces crops of all of them together
 * @param exponent of the law; 0 is the same for everyone, 1 is about what LFW has
 * @param atLeast crops that everyone has
 */
public record Population(int identities, int faces, double exponent, int atLeast) {
    public Population {
        if (identities < 1 || atLeast < 1 || (long) identities * atLeast > faces) {
            throw new IllegalArgumentException("%d faces are too few for %d identities with at least %d each"
                    .formatted(faces, identities, atLeast));
        }
        if (!(exponent >= 0 && exponent <= 10)) {
            throw new IllegalArgumentException("the exponent must lie between 0 and 10, not " + exponent);
        }
    }

    /** With the exponent 1 and at least one crop of everyone. */
    public static Population of(int identities, int faces) {
        return new Population(identities, faces, 1, 1);
    }

    /** Crops by rank, most first; they add up to {@link #faces}. */
    public int[] crops() {
        double[] weights = IntStream.rangeClosed(1, identities)
                .mapToDouble(rank -> StrictMath.pow(rank, -exponent))
                .toArray();
        double low = 0;
        double high = 2.0 * faces / weights[identities - 1];
        for (int i = 0; i < 200; i++) {
            double middle = (low + high) / 2;
            if (sum(weights, middle) <= faces) {
                low = middle;
            } else {
                high = middle;
            }
        }
        double scale = low;
        int[] crops = Arrays.stream(weights).mapToInt(w -> crops(w, scale)).toArray();
        // Rounding down leaves a few over: one more each from the head on, which keeps the order.
        int left = faces - Arrays.stream(crops).sum();
        for (int i = 0; left > 0; i = (i + 1) % identities, left--) {
            crops[i]++;
        }
        return crops;
    }

    private long sum(double[] weights, double scale) {
        return Arrays.stream(weights).mapToLong(w -> crops(w, scale)).sum();
    }

    private int crops(double weight, double scale) {
        return (int) Math.min(Integer.MAX_VALUE / 2, Math.max(atLeast, Math.floor(weight * scale)));
    }
}
