package io.rangestream.learner.dl4j;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/**
 * The channels of an activation {@code [n, channels, height, width]} in native memory, copied one at a time to and from the heap,
 * where the compiler vectorises loops. A view: the array must outlive it. Safe for several threads on different channels.
 */
final class Channels {

    private final FloatBuffer buffer;
    private final int n;
    private final int channels;
    private final int area;

    private Channels(FloatBuffer buffer, int n, int channels, int area) {
        this.buffer = buffer;
        this.n = n;
        this.channels = channels;
        this.area = area;
    }

    /** @throws IllegalArgumentException when the array is not a dense row-major float array of rank 4 */
    static Channels of(INDArray array) {
        if (array.rank() != 4 || !isDense(array)) {
            throw new IllegalArgumentException("not a dense row-major activation: " + array.shapeInfoToString());
        }
        int area = Math.toIntExact(array.size(2) * array.size(3));
        return new Channels(floats(array), Math.toIntExact(array.size(0)), Math.toIntExact(array.size(1)), area);
    }

    static boolean isDense(INDArray array) {
        return array.ordering() == 'c' && Shape.hasDefaultStridesForShape(array);
    }

    /** The native memory of a dense float array, without a copy. */
    static FloatBuffer floats(INDArray array) {
        var pointer = new FloatPointer(array.data().addressPointer());
        return pointer.capacity(array.length()).asBuffer();
    }

    int count() {
        return channels;
    }

    /** Values of one channel over the batch, {@code n · height · width}. */
    int length() {
        return n * area;
    }

    /** Copies a channel into {@code tile[0, length())}, ordered {@code [n, height, width]}. */
    void read(int channel, float[] tile) {
        for (int i = 0; i < n; i++) {
            buffer.get((i * channels + channel) * area, tile, i * area, area);
        }
    }

    /** Writes a channel back. */
    void write(int channel, float[] tile) {
        for (int i = 0; i < n; i++) {
            buffer.put((i * channels + channel) * area, tile, i * area, area);
        }
    }
}
