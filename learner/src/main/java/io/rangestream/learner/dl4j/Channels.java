package io.rangestream.learner.dl4j;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The channels of an activation {@code [n, channels, height, width]} or {@code [n, channels]} in native memory, copied one at a time to and from the heap,
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

    /** @throws IllegalArgumentException when the array is not a dense row-major float array of rank 4 or 2 */
    static Channels of(INDArray array) {
        boolean vectors = array.rank() == 2;
        if (!(vectors || array.rank() == 4) || !isDense(array)) {
            throw new IllegalArgumentException("not a dense row-major activation: " + array.shapeInfoToString());
        }
        int area = vectors ? 1 : Math.toIntExact(array.size(2) * array.size(3));
        return new Channels(floats(array), Math.toIntExact(array.size(0)), Math.toIntExact(array.size(1)), area);
    }

    /** Whether the values lie row-major without gaps. Strides of dimensions of size 1 do not matter, and ND4J sets them freely. */
    static boolean isDense(INDArray array) {
        long expected = 1;
        for (int dimension = array.rank() - 1; dimension >= 0; dimension--) {
            if (array.size(dimension) != 1 && array.stride(dimension) != expected) {
                return false;
            }
            expected *= array.size(dimension);
        }
        return true;
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

    int n() {
        return n;
    }

    /** Copies one map, {@code [height, width]}, into {@code tile[0, height · width)}. */
    void readMap(int image, int channel, float[] tile) {
        buffer.get((image * channels + channel) * area, tile, 0, area);
    }

    /** Writes one map back. */
    void writeMap(int image, int channel, float[] tile) {
        buffer.put((image * channels + channel) * area, tile, 0, area);
    }

    /** Writes a channel back. */
    void write(int channel, float[] tile) {
        for (int i = 0; i < n; i++) {
            buffer.put((i * channels + channel) * area, tile, i * area, area);
        }
    }
}
