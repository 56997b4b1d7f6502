package io.rangestream.learner.batch;

/**
 * How crops of a batch are varied before training sees them.
 *
 * @param flip whether half of them are mirrored
 * @param shift pixels by which they are moved each way at most, the edge repeated
 * @param scale share by which they are shrunk or enlarged about their middle at most, in {@code [0, 0.5]}
 * @param brightness share of half the range of values that is added or taken away at most, in {@code [0, 1]}
 * @param contrast share by which the distance to mid-grey shrinks or grows at most, in {@code [0, 1]}
 * @param occlusion probability that a grey square, an eighth to three eighths of the side, covers a part, in {@code [0, 1]}
 */
public record AugmentationSettings(
        boolean flip, int shift, double scale, double brightness, double contrast, double occlusion) {

    public AugmentationSettings {
        if (shift < 0) {
            throw new IllegalArgumentException("shift must not be negative: " + shift);
        }
        require("scale", scale, 0.5);
        require("brightness", brightness, 1);
        require("contrast", contrast, 1);
        require("occlusion", occlusion, 1);
    }

    /** Mirrored or not and moved by up to four pixels, as the reference training has it. */
    public static AugmentationSettings defaults() {
        return new AugmentationSettings(true, 4, 0, 0, 0, 0);
    }

    private static void require(String name, double value, double largest) {
        if (!(value >= 0 && value <= largest)) {
            throw new IllegalArgumentException("%s must be in [0, %s]: %s".formatted(name, largest, value));
        }
    }
}
