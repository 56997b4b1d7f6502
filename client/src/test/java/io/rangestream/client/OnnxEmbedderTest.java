package io.rangestream.client;

import static io.rangestream.client.TinyOnnx.DIM;
import static io.rangestream.client.TinyOnnx.INPUTS;
import static io.rangestream.client.TinyOnnx.SIDE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import io.rangestream.avro.Network;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxEmbedderTest {
    private static final float TOLERANCE = 1e-6f;

    @Test
    void anEmbeddingIsThatOfTheNormalisedPixels() {
        // given: the first output sees the first red pixel, the second the last blue one
        var weights = new float[DIM][INPUTS];
        weights[0][0] = 3;
        weights[1][INPUTS - 1] = 4;
        var crop = new byte[INPUTS];
        crop[0] = (byte) 255;
        crop[INPUTS - 1] = (byte) 255;

        // then: both inputs are (255 - 127.5) / 128, so the sums are as 3 to 4
        assertArrayEquals(new float[] {0.6f, 0.8f}, embed(weights, network(), crop), TOLERANCE);
        // and a dark pixel gives the same with the sign reversed
        crop[0] = 0;
        assertArrayEquals(new float[] {-0.6f, 0.8f}, embed(weights, network(), crop), TOLERANCE);
    }

    @Test
    void meanScaleAndColourOrderAreTheNetworks() {
        // given: the sums are the first plane's first pixel, and the second plane's
        var weights = new float[DIM][INPUTS];
        weights[0][0] = 1;
        weights[1][SIDE * SIDE] = 1;
        Network network = network();
        network.setColourOrder("BGR");
        network.setInputMean(100);
        network.setInputScale(0.1f);
        var crop = new byte[INPUTS];
        crop[0] = 50;
        crop[SIDE * SIDE] = 104;
        crop[2 * SIDE * SIDE] = 103;

        // then: blue comes first
        assertArrayEquals(new float[] {0.6f, 0.8f}, embed(weights, network, crop), TOLERANCE);
    }

    @Test
    void aBatchGivesWhatItsCropsGiveOneByOne() {
        var weights = new float[DIM][INPUTS];
        Arrays.fill(weights[0], 0.5f);
        weights[1][5] = 2;
        List<byte[]> crops = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            var crop = new byte[INPUTS];
            Arrays.fill(crop, (byte) (i + 1));
            crops.add(crop);
        }

        try (var embedder = new OnnxEmbedder(TinyOnnx.of(weights), network(), 1)) {
            float[] batch = embedder.embed(crops);

            assertEquals(150 * DIM, batch.length);
            for (int i = 0; i < 150; i++) {
                assertArrayEquals(
                        embedder.embed(List.<byte[]>of(crops.get(i))),
                        Arrays.copyOfRange(batch, i * DIM, (i + 1) * DIM),
                        TOLERANCE);
            }
            assertEquals(0, embedder.embed(List.of()).length);
        }
    }

    @Test
    void flipAveragingAddsTheMirroredCropAndNormalises() {
        // given: outputs that see the two ends of the first row
        var weights = new float[DIM][INPUTS];
        weights[0][0] = 1;
        weights[1][SIDE - 1] = 1;
        var crop = new byte[INPUTS];
        crop[0] = (byte) 255;
        crop[SIDE - 1] = (byte) 0;
        crop[1] = (byte) 255;

        try (var embedder = new OnnxEmbedder(TinyOnnx.of(weights), network(), 1)) {
            // then: one end bright and one dark cancel out; shift one of them and what is left has length 1
            crop[SIDE - 1] = (byte) 200;
            float[] both = embedder.embedFlipAveraged(List.<byte[]>of(crop));
            float half = (float) Math.sqrt(0.5);
            assertArrayEquals(new float[] {half, half}, both, TOLERANCE);
        }
    }

    @Test
    void aCropOfAnotherSizeIsTheCallersMistake() {
        try (var embedder = new OnnxEmbedder(TinyOnnx.constant(0), network(), 1)) {
            var e = assertThrows(
                    IllegalArgumentException.class, () -> embedder.embed(List.<byte[]>of(new byte[INPUTS - 1])));
            assertEquals("a crop of 47 bytes is not [3, 4, 4]", e.getMessage());
        }
    }

    @Test
    void aFileThatIsNotTheNetworkIsRefusedWithTheReason() {
        assertRefused("cannot be opened: ", "no model".getBytes(StandardCharsets.UTF_8), network());
        Network wider = network();
        wider.setInputWidth(5);
        assertRefused("'images' has the shape [-1, 3, 4, 4] instead of [3, 4, 5]", TinyOnnx.constant(0), wider);
        Network longer = network();
        longer.setEmbeddingDim(3);
        assertRefused("'embeddings' has the shape [-1, 2] instead of [3]", TinyOnnx.constant(0), longer);
        Network grey = network();
        grey.setColourOrder("GREY");
        assertRefused("unknown colour order GREY", TinyOnnx.constant(0), grey);
    }

    @Test
    void sizesThatNoFaceHasAreRefusedBeforeMemoryIsTakenForThem() {
        byte[] onnx = TinyOnnx.constant(0);
        for (Network absurd : List.of(
                Publication.network(1025, DIM),
                Publication.network(Integer.MAX_VALUE, DIM),
                Publication.network(SIDE, 65_537),
                Publication.network(0, DIM))) {
            assertRefused("cannot take ", onnx, absurd);
        }
    }

    @Test
    void aFileThatNamesAnotherFileForItsWeightsIsRefused(@TempDir Path folder) throws IOException {
        Files.write(folder.resolve("secret"), new byte[INPUTS * DIM * Float.BYTES]);
        for (byte[] onnx : List.of(TinyOnnx.external("secret"), TinyOnnx.externalConstant("secret"))) {
            Path file = Files.write(folder.resolve("model.onnx"), onnx);

            var e = assertThrows(InvalidModelException.class, () -> new OnnxEmbedder(file, network(), 1));
            assertEquals("keeps weights outside of its file", e.getMessage());
            assertRefused("keeps weights outside of its file", onnx, network());
        }
    }

    @Test
    void aFileThatIsCutOffAnywhereIsRefused() {
        byte[] onnx = TinyOnnx.constant(0);
        for (int length = 0; length < onnx.length; length++) {
            byte[] part = Arrays.copyOf(onnx, length);
            assertThrows(InvalidModelException.class, () -> new OnnxEmbedder(part, network(), 1));
        }
    }

    @Test
    void whatIsWrongWithTheFileIsToldFromWhatTheMachineLacks(@TempDir Path folder) {
        byte[] part = Arrays.copyOf(TinyOnnx.constant(0), 20);
        var damaged = assertThrows(InvalidModelException.class, () -> new OnnxEmbedder(part, network(), 1));
        assertFalse(damaged.isRetryable());

        Path gone = folder.resolve("swept away");
        var missing = assertThrows(InvalidModelException.class, () -> new OnnxEmbedder(gone, network(), 1));
        assertTrue(missing.isRetryable());

        for (String lack : List.of(
                "Error code - ORT_RUNTIME_EXCEPTION - message: Failed to allocate memory for requested buffer of size 8",
                "Error code - ORT_FAIL - message: std::bad_alloc")) {
            assertTrue(OnnxEmbedder.failure("cannot be opened", new OrtException(lack))
                    .isRetryable());
        }
        assertFalse(OnnxEmbedder.failure("cannot be opened", new OrtException("Protobuf parsing failed."))
                .isRetryable());
    }

    private static void assertRefused(String start, byte[] onnx, Network network) {
        var e = assertThrows(InvalidModelException.class, () -> new OnnxEmbedder(onnx, network, 1));
        assertTrue(e.getMessage().startsWith(start), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
    }

    private static float[] embed(float[][] weights, Network network, byte[] crop) {
        try (var embedder = new OnnxEmbedder(TinyOnnx.of(weights), network, 1)) {
            return embedder.embed(List.<byte[]>of(crop));
        }
    }

    private static Network network() {
        return Publication.network(SIDE, DIM);
    }
}
