package io.rangestream.learner.architecture;

/**
 * The shape of what one crop is at some point of a network.
 *
 * @param channels channels of a map, or the length of a vector
 * @param side height and width of a map; 1 for a vector
 * @param flat whether it is a vector
 */
public record Shape(int channels, int side, boolean flat) {

    static Shape map(int channels, int side) {
        return new Shape(channels, side, false);
    }

    static Shape vector(int length) {
        return new Shape(length, 1, true);
    }

    /** How many values it has. */
    public int size() {
        return channels * side * side;
    }

    long area() {
        return (long) side * side;
    }
}
