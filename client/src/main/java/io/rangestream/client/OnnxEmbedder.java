package io.rangestream.client;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.rangestream.avro.Network;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An embedding network in ONNX Runtime: planar 8-bit crops in, embeddings out. The file's input is {@code images}, float
 * {@code [n, 3, height, width]}; its output is {@code embeddings}, float {@code [n, dim]}, normalised as the network says.
 *
 * <p>Embedding is thread-safe; it must be over before {@link #close}.
 */
public final class OnnxEmbedder implements AutoCloseable {
    private static final String INPUT = "images";
    private static final String OUTPUT = "embeddings";

    /** Crops per run: larger batches only take more memory. */
    private static final int CROPS_PER_RUN = 64;

    /** Pixels. Whoever writes updates must not choose how much memory a client takes; a run of such crops still fits into an array. */
    private static final int MAX_SIDE = 1024;

    private static final int MAX_DIM = 65_536;

    private final OrtSession session;
    private final Network network;
    private final int width;
    private final int height;
    private final int dim;
    private final boolean bgr;

    /** A file, on disk or in memory. */
    private sealed interface Source {
        InputStream read() throws IOException;

        OrtSession open(OrtEnvironment environment, OrtSession.SessionOptions options) throws OrtException;
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record InMemory(byte[] onnx) implements Source {
        @Override
        public InputStream read() {
            return new ByteArrayInputStream(onnx);
        }

        @Override
        public OrtSession open(OrtEnvironment environment, OrtSession.SessionOptions options) throws OrtException {
            return environment.createSession(onnx, options);
        }
    }

    private record OnDisk(Path onnx) implements Source {
        @Override
        public InputStream read() throws IOException {
            return Files.newInputStream(onnx);
        }

        @Override
        public OrtSession open(OrtEnvironment environment, OrtSession.SessionOptions options) throws OrtException {
            return environment.createSession(onnx.toString(), options);
        }
    }

    /**
     * @param onnx the file
     * @param network what it is said to hold
     * @param threads threads of one inference, at least 1
     * @throws InvalidModelException if ONNX Runtime cannot open the file or it is not of that network
     */
    public OnnxEmbedder(byte[] onnx, Network network, int threads) {
        this(new InMemory(onnx), network, threads);
    }

    /**
     * Opens a file without taking it through the heap; nothing of it is needed afterwards.
     *
     * @throws InvalidModelException if ONNX Runtime cannot open the file or it is not of that network
     */
    public OnnxEmbedder(Path onnx, Network network, int threads) {
        this(new OnDisk(onnx), network, threads);
    }

    private OnnxEmbedder(Source source, Network network, int threads) {
        this.network = network;
        this.width = network.getInputWidth();
        this.height = network.getInputHeight();
        this.dim = network.getEmbeddingDim();
        if (Math.min(width, height) < 1 || Math.max(width, height) > MAX_SIDE || dim < 1 || dim > MAX_DIM) {
            throw new InvalidModelException(
                    "cannot take %d x %d pixels to %d dimensions".formatted(width, height, dim));
        }
        this.bgr = network.getColourOrder().equals("BGR");
        if (!bgr && !network.getColourOrder().equals("RGB")) {
            throw new InvalidModelException("unknown colour order %s".formatted(network.getColourOrder()));
        }
        this.session = session(source, threads);
        try {
            require(session.getInputInfo().get(INPUT), INPUT, 3, height, width);
            require(session.getOutputInfo().get(OUTPUT), OUTPUT, dim);
        } catch (OrtException e) {
            close();
            throw failure("cannot be inspected", e);
        } catch (InvalidModelException e) {
            close();
            throw e;
        }
    }

    /**
     * Opens a file that comes without a description: square RGB crops scaled as {@code (v - 127.5) / 128}, sizes as the file has them.
     *
     * @throws InvalidModelException if ONNX Runtime cannot open the file or it has no such input and output
     */
    public static OnnxEmbedder open(byte[] onnx, int threads) {
        try (OrtSession session = session(new InMemory(onnx), threads)) {
            long[] in = shape(session.getInputInfo().get(INPUT), INPUT, 4);
            long[] out = shape(session.getOutputInfo().get(OUTPUT), OUTPUT, 2);
            var network = Network.newBuilder()
                    .setBackbone("onnx")
                    .setInputHeight((int) in[2])
                    .setInputWidth((int) in[3])
                    .setEmbeddingDim((int) out[1])
                    .build();
            return new OnnxEmbedder(onnx, network, threads);
        } catch (OrtException e) {
            throw failure("cannot be inspected", e);
        }
    }

    /** Side of the crops in pixels, where they are square: what a decoder has to be set to. */
    public int inputSize() {
        return width;
    }

    /** Length of an embedding. */
    public int dim() {
        return dim;
    }

    /** Bytes of a crop: {@code 3 * height * width}. */
    public int cropBytes() {
        return 3 * height * width;
    }

    /**
     * Embeds crops.
     *
     * @param crops planar 8-bit RGB, {@code [3, height, width]} each, as {@link
     *     io.rangestream.schemas.image.CropDecoder} gives them
     * @return {@code [crops, dim]}, row by row
     * @throws IllegalArgumentException if a crop is of another size
     */
    public float[] embed(List<byte[]> crops) {
        return embed(crops, false);
    }

    /**
     * Embeds every crop and its mirror image and gives the normalised sum of the two: usually a little more accurate, at
     * twice the cost. Embeddings of both kinds should not be compared with each other.
     *
     * @return {@code [crops, dim]}, row by row, each of Euclidean length 1
     * @throws IllegalArgumentException if a crop is of another size
     */
    public float[] embedFlipAveraged(List<byte[]> crops) {
        float[] embeddings = embed(crops, false);
        float[] mirrored = embed(crops, true);
        for (int row = 0; row < crops.size(); row++) {
            double squares = 0;
            for (int i = row * dim; i < (row + 1) * dim; i++) {
                embeddings[i] += mirrored[i];
                squares += (double) embeddings[i] * embeddings[i];
            }
            if (squares > 0) {
                double scale = 1 / Math.sqrt(squares);
                for (int i = row * dim; i < (row + 1) * dim; i++) {
                    embeddings[i] = (float) (embeddings[i] * scale);
                }
            }
        }
        return embeddings;
    }

    /** Frees the native memory. No call to embed may be running. */
    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime: " + oneLine(e), e);
        }
    }

    private float[] embed(List<byte[]> crops, boolean mirror) {
        var embeddings = new float[crops.size() * dim];
        for (int from = 0; from < crops.size(); from += CROPS_PER_RUN) {
            int to = Math.min(crops.size(), from + CROPS_PER_RUN);
            run(crops.subList(from, to), mirror).get(embeddings, from * dim, (to - from) * dim);
        }
        return embeddings;
    }

    private FloatBuffer run(List<byte[]> crops, boolean mirror) {
        var input = new float[crops.size() * cropBytes()];
        for (int i = 0; i < crops.size(); i++) {
            normalise(crops.get(i), mirror, input, i * cropBytes());
        }
        long[] shape = {crops.size(), 3, height, width};
        try (var images = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), FloatBuffer.wrap(input), shape);
                var result = session.run(Map.of(INPUT, images), Set.of(OUTPUT))) {
            FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
            if (values.remaining() != crops.size() * dim) {
                throw new InvalidModelException("gave %d values for %d crops instead of %d each"
                        .formatted(values.remaining(), crops.size(), dim));
            }
            return values;
        } catch (OrtException e) {
            throw failure("cannot be run", e);
        }
    }

    /** {@code (v - mean) * scale}, channels in the network's order, rows reversed for a mirror image. */
    private void normalise(byte[] crop, boolean mirror, float[] to, int at) {
        if (crop.length != cropBytes()) {
            throw new IllegalArgumentException(
                    "a crop of %d bytes is not [3, %d, %d]".formatted(crop.length, height, width));
        }
        float mean = network.getInputMean();
        float scale = network.getInputScale();
        int write = at;
        for (int channel = 0; channel < 3; channel++) {
            int plane = (bgr ? 2 - channel : channel) * height * width;
            for (int y = 0; y < height; y++) {
                int row = plane + y * width;
                for (int x = 0; x < width; x++) {
                    int value = crop[row + (mirror ? width - 1 - x : x)] & 0xFF;
                    to[write++] = (value - mean) * scale;
                }
            }
        }
    }

    private static OrtSession session(Source source, int threads) {
        try (InputStream file = source.read()) {
            OnnxFile.requireSelfContained(file);
        } catch (IOException e) {
            throw new InvalidModelException("cannot be read: " + e.getMessage(), e, true);
        }
        try (var options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            // Nothing is looked for in other formats, so nothing else may be opened.
            options.addConfigEntry("session.load_model_format", "ONNX");
            // Threads that spin between requests would take a processor each from whoever embeds only now and then.
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            return source.open(OrtEnvironment.getEnvironment(), options);
        } catch (OrtException e) {
            throw failure("cannot be opened", e);
        }
    }

    /** The first dimension is the batch; a dimension that the file leaves open (-1) is whatever comes. */
    private static void require(@Nullable NodeInfo node, String name, long... shape) {
        long[] actual = shape(node, name, shape.length + 1);
        boolean fits = actual[0] == -1;
        for (int i = 0; fits && i < shape.length; i++) {
            fits = actual[i + 1] == -1 || actual[i + 1] == shape[i];
        }
        if (!fits) {
            throw new InvalidModelException("'%s' has the shape %s instead of %s with any number in front"
                    .formatted(name, Arrays.toString(actual), Arrays.toString(shape)));
        }
    }

    private static long[] shape(@Nullable NodeInfo node, String name, int rank) {
        if (node == null || !(node.getInfo() instanceof TensorInfo tensor) || tensor.type != OnnxJavaType.FLOAT) {
            throw new InvalidModelException("has no float tensor '%s'".formatted(name));
        }
        long[] shape = tensor.getShape();
        if (shape.length != rank) {
            throw new InvalidModelException(
                    "'%s' has the shape %s instead of %d dimensions".formatted(name, Arrays.toString(shape), rank));
        }
        return shape;
    }

    /** ONNX Runtime has no code of its own for memory, threads and file handles that run out. */
    static InvalidModelException failure(String what, OrtException e) {
        String line = oneLine(e);
        String lower = line.toLowerCase(Locale.ROOT);
        boolean retryable = e.getCode() == OrtException.OrtErrorCode.ORT_NO_SUCHFILE
                || Stream.of("alloc", "pthread", "system error").anyMatch(lower::contains);
        return new InvalidModelException(what + ": " + line, e, retryable);
    }

    private static String oneLine(OrtException e) {
        String message = e.getMessage();
        return message == null ? "unknown error" : message.lines().findFirst().orElse("");
    }
}
