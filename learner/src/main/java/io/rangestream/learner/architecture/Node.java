package io.rangestream.learner.architecture;

import java.util.List;

/** One operation of a network. Convolutions and linear layers have the weights {@code [out, in, kernel, kernel]} and {@code [out, in]}. */
public sealed interface Node {

    /** Its name, also that of its output. */
    String name();

    /** The nodes it reads. */
    List<String> inputs();

    /** The shape it gives for an input of a shape. */
    Shape output(Shape input);

    /** How many parameters training moves. */
    default long parameters() {
        return 0;
    }

    /** Multiplications of convolutions and linear layers for one crop; other operations count as none, as is usual. */
    default long multiplyAdds(Shape output) {
        return 0;
    }

    /**
     * A convolution over all channels.
     *
     * @param bias false before a batch norm, which has one
     */
    record Convolution(String name, String from, int in, int out, int kernel, int stride, int padding, boolean bias)
            implements Node {
        @Override
        public List<String> inputs() {
            return List.of(from);
        }

        @Override
        public Shape output(Shape input) {
            return Shape.map(out, sideAfter(input, kernel, stride, padding));
        }

        @Override
        public long parameters() {
            return (long) out * in * kernel * kernel + (bias ? out : 0);
        }

        @Override
        public long multiplyAdds(Shape output) {
            return (long) out * in * kernel * kernel * output.area();
        }
    }

    /** A convolution of each channel with a kernel of its own, without bias; weights {@code [channels, 1, kernel, kernel]}. */
    record Depthwise(String name, String from, int channels, int kernel, int stride, int padding) implements Node {
        @Override
        public List<String> inputs() {
            return List.of(from);
        }

        @Override
        public Shape output(Shape input) {
            return Shape.map(channels, sideAfter(input, kernel, stride, padding));
        }

        @Override
        public long parameters() {
            return (long) channels * kernel * kernel;
        }

        @Override
        public long multiplyAdds(Shape output) {
            return parameters() * output.area();
        }
    }

    /**
     * Batch normalisation of maps or vectors, with scale and shift (Ioffe and Szegedy 2015, arXiv:1502.03167).
     *
     * @param closed whether its scale starts at 0 instead of 1, so that what it ends adds nothing to a residual sum at first
     */
    record BatchNorm(String name, String from, int channels, boolean closed) implements Node {
        @Override
        public List<String> inputs() {
            return List.of(from);
        }

        @Override
        public Shape output(Shape input) {
            return input;
        }

        @Override
        public long parameters() {
            return 2L * channels;
        }
    }

    /** A rectifier with a trained slope per channel (He et al. 2015, arXiv:1502.01852). */
    record PRelu(String name, String from, int channels) implements Node {
        @Override
        public List<String> inputs() {
            return List.of(from);
        }

        @Override
        public Shape output(Shape input) {
            return input;
        }

        @Override
        public long parameters() {
            return channels;
        }
    }

    /** A rectifier of maps or vectors. */
    record Relu(String name, String from) implements Node {
        @Override
        public List<String> inputs() {
            return List.of(from);
        }

        @Override
        public Shape output(Shape input) {
            return input;
        }
    }

    /** The sum of two maps of the same shape. */
    record Add(String name, String left, String right) implements Node {
        @Override
        public List<String> inputs() {
            return List.of(left, right);
        }

        @Override
        public Shape output(Shape input) {
            return input;
        }
    }

    /** The largest of each 2 × 2 values; a last odd row or column is left out. */
    record MaxPool(String name, String from) implements Node {
        @Override
        public List<String> inputs() {
            return List.of(from);
        }

        @Override
        public Shape output(Shape input) {
            return Shape.map(input.channels(), input.side() / 2);
        }
    }

    /**
     * A linear layer; a map is read as the vector {@code [channels, height, width]}.
     *
     * @param dropout whether training drops a share of its inputs, if dropout is configured; one layer of a network at most
     */
    record Linear(String name, String from, int in, int out, boolean bias, boolean dropout) implements Node {
        @Override
        public List<String> inputs() {
            return List.of(from);
        }

        @Override
        public Shape output(Shape input) {
            return Shape.vector(out);
        }

        @Override
        public long parameters() {
            return (long) in * out + (bias ? out : 0);
        }

        @Override
        public long multiplyAdds(Shape output) {
            return (long) in * out;
        }
    }

    private static int sideAfter(Shape input, int kernel, int stride, int padding) {
        return (input.side() + 2 * padding - kernel) / stride + 1;
    }
}
