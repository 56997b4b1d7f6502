package io.rangestream.bench.publication;

import io.rangestream.avro.Encoding;
import io.rangestream.avro.Network;
import io.rangestream.client.OnnxEmbedder;
import io.rangestream.learner.backbone.Backbone;
import io.rangestream.learner.backbone.BackboneSpec;
import io.rangestream.learner.backbone.Backbones;
import io.rangestream.learner.backbone.ComputeDevice;
import io.rangestream.learner.backbone.EmbeddingObjective;
import io.rangestream.learner.backbone.LossTerms;
import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.backbone.Weights;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.image.CropDecoder;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Embeds 200 LFW crops with the learner's engine and with ONNX Runtime, for networks of their own sizes after a few steps of training, and
 * prints the largest difference. Leaves {@code NETWORK.onnx}, {@code .crops}, {@code .embeddings} and {@code .json} in a folder, against which the
 * examples compare themselves. Started by {@code bench/onnx-parity}; takes the folder, the LFW tar and the networks.
 */
public final class OnnxParity {
    private static final int CROPS = 200;
    private static final int PART = 10;
    private static final int STEPS = 3;
    private static final int TRAINED_ON = 8;
    private static final double ALLOWED = 1e-5;
    private static final int TAR_BLOCK = 512;
    private static final int THREADS = 2;

    private OnnxParity() {}

    /** Ends with 1 if a network differs by more than 1e-5. */
    public static void main(String[] args) throws IOException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        List<byte[]> images = images(Path.of(args[1]));
        boolean same = true;
        for (String name : Arrays.asList(args).subList(2, args.length)) {
            same &= compare(folder, images, name);
        }
        if (!same) {
            System.exit(1);
        }
    }

    private static boolean compare(Path folder, List<byte[]> images, String name) throws IOException {
        BackboneSpec spec = LearnerConfig.from(Settings.of(Map.of("backbone", name, "backend", "cpu")))
                .backbone();
        int size = spec.inputSize();
        List<byte[]> crops = new ArrayList<>();
        try (var decoder = new CropDecoder(size, Long.MAX_VALUE)) {
            for (byte[] image : images) {
                crops.add(decoder.decode(image, Encoding.JPEG, 0, 0));
            }
        }
        float[] learners;
        byte[] file;
        try (Backbone backbone = Backbones.create(spec, 1, OptimizerSettings.defaults(), THREADS, ComputeDevice.CPU)) {
            for (int step = 0; step < STEPS; step++) {
                backbone.step(input(crops, step * TRAINED_ON, TRAINED_ON), TRAINED_ON, step, new Push());
            }
            learners = embed(backbone, crops, spec.embeddingDim());
            file = backbone.exportOnnx(backbone.weights(Weights.AVERAGED));
        }
        var network = Network.newBuilder()
                .setBackbone(name)
                .setEmbeddingDim(spec.embeddingDim())
                .setInputWidth(size)
                .setInputHeight(size)
                .build();
        float[] runtimes;
        try (var embedder = new OnnxEmbedder(file, network, THREADS)) {
            runtimes = embedder.embed(crops);
        }
        double largest = 0;
        for (int i = 0; i < learners.length; i++) {
            largest = Math.max(largest, Math.abs((double) learners[i] - runtimes[i]));
        }
        write(folder, name, file, crops, learners, network);
        System.out.printf(
                "%s: %d crops of %d x %d, %d dimensions, file of %,d bytes, largest difference %.2e%n",
                spec.label(), CROPS, size, size, spec.embeddingDim(), file.length, largest);
        return largest <= ALLOWED;
    }

    /** What the learner's engine gives, of length one as the file has it. */
    private static float[] embed(Backbone backbone, List<byte[]> crops, int dim) {
        var all = new float[CROPS * dim];
        for (int from = 0; from < CROPS; from += PART) {
            var part = new float[PART * dim];
            backbone.embed(input(crops, from, PART), PART, Weights.AVERAGED, part);
            for (int row = 0; row < PART; row++) {
                double squares = 0;
                for (int i = row * dim; i < (row + 1) * dim; i++) {
                    squares += (double) part[i] * part[i];
                }
                for (int i = row * dim; i < (row + 1) * dim; i++) {
                    all[from * dim + i] = (float) (part[i] / Math.sqrt(squares));
                }
            }
        }
        return all;
    }

    private static float[] input(List<byte[]> crops, int from, int n) {
        int length = crops.get(0).length;
        var input = new float[n * length];
        for (int i = 0; i < n; i++) {
            byte[] crop = crops.get(from + i);
            for (int j = 0; j < length; j++) {
                input[i * length + j] = ((crop[j] & 0xFF) - 127.5f) / 128f;
            }
        }
        return input;
    }

    private static void write(
            Path folder, String name, byte[] file, List<byte[]> crops, float[] embeddings, Network network)
            throws IOException {
        Files.write(folder.resolve(name + ".onnx"), file);
        ByteBuffer pixels = ByteBuffer.allocate(crops.size() * crops.get(0).length);
        crops.forEach(pixels::put);
        Files.write(folder.resolve(name + ".crops"), pixels.array());
        ByteBuffer values = ByteBuffer.allocate(embeddings.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        values.asFloatBuffer().put(embeddings);
        Files.write(folder.resolve(name + ".embeddings"), values.array());
        Files.writeString(folder.resolve(name + ".json"), network.toString());
    }

    /** The first JPEGs of a tar. */
    private static List<byte[]> images(Path tar) throws IOException {
        List<byte[]> images = new ArrayList<>();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(tar))) {
            while (images.size() < CROPS) {
                byte[] header = in.readNBytes(TAR_BLOCK);
                if (header.length < TAR_BLOCK || header[0] == 0) {
                    throw new IOException("%s has %d images, not %d".formatted(tar, images.size(), CROPS));
                }
                int length = Integer.parseInt(text(header, 124, 12).trim(), 8);
                byte[] content = in.readNBytes(length);
                in.skipNBytes((TAR_BLOCK - length % TAR_BLOCK) % TAR_BLOCK);
                if (text(header, 0, 100).endsWith(".jpg")) {
                    images.add(content);
                }
            }
        }
        return images;
    }

    private static String text(byte[] header, int from, int length) {
        String field = new String(header, from, length, StandardCharsets.ISO_8859_1);
        int end = field.indexOf(0);
        return end < 0 ? field : field.substring(0, end);
    }

    /** Moves weights, statistics and slopes off their initial values. */
    private static final class Push implements EmbeddingObjective {
        @Override
        public LossTerms lossAndGradient(float[] embeddings, int n, float[] gradient) {
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] = (i % 3 - 1) * 0.1f;
            }
            return LossTerms.of(1);
        }

        @Override
        public double gradientSquaredNorm() {
            return 0;
        }

        @Override
        public void update(double learningRate, double gradientScale) {}
    }
}
