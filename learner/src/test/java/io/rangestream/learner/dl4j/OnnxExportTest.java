package io.rangestream.learner.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.rangestream.learner.architecture.Architectures;
import io.rangestream.learner.backbone.Backbone;
import io.rangestream.learner.backbone.BackboneSpec;
import io.rangestream.learner.backbone.Backbones;
import io.rangestream.learner.backbone.ComputeDevice;
import io.rangestream.learner.backbone.EmbeddingObjective;
import io.rangestream.learner.backbone.LossTerms;
import io.rangestream.learner.backbone.OptimizerSettings;
import io.rangestream.learner.backbone.Weights;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedSet;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OnnxExportTest {

    private static final int SIZE = 48;
    private static final int CROP = 3 * SIZE * SIZE;
    private static final int DIM = 24;

    static SortedSet<String> names() {
        return Architectures.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void onnxRuntimeGivesTheNormalisedEmbeddings(String name) throws OrtException {
        try (Backbone backbone = trained(name)) {
            int n = 5;
            float[] crops = crops(n, 8);
            var expected = new float[n * DIM];
            backbone.embed(crops, n, Weights.AVERAGED, expected);
            normalise(expected);

            byte[] file = backbone.exportOnnx(backbone.weights(Weights.AVERAGED));

            var environment = OrtEnvironment.getEnvironment();
            try (var options = new OrtSession.SessionOptions();
                    OrtSession session = environment.createSession(file, options);
                    OnnxTensor images = OnnxTensor.createTensor(
                            environment, FloatBuffer.wrap(crops), new long[] {n, 3, SIZE, SIZE});
                    OrtSession.Result result = session.run(Map.of("images", images))) {
                float[][] rows =
                        (float[][]) result.get("embeddings").orElseThrow().getValue();
                assertEquals(n, rows.length);
                for (int i = 0; i < n; i++) {
                    for (int d = 0; d < DIM; d++) {
                        assertEquals(expected[i * DIM + d], rows[i][d], 1e-5);
                    }
                }
            }
        }
    }

    @Test
    void batchNormBehindWeightsIsFoldedIntoThem() throws Exception {
        try (Backbone backbone = trained("resnet-18")) {
            ModelProto model = ModelProto.parseFrom(backbone.exportOnnx(backbone.weights(Weights.AVERAGED)));

            assertEquals(
                    List.of("last-norm"),
                    model.getGraph().getNodeList().stream()
                            .filter(node -> node.getOpType().equals("BatchNormalization"))
                            .map(NodeProto::getName)
                            .toList());
        }
    }

    @Test
    void equalWeightsGiveEqualBytesThatSayWhatTheNetworkExpects() throws Exception {
        try (Backbone backbone = trained("compact")) {
            float[] weights = backbone.weights(Weights.TRAINED);

            byte[] file = backbone.exportOnnx(weights);

            assertArrayEquals(file, backbone.exportOnnx(weights.clone()));
            ModelProto model = ModelProto.parseFrom(file);
            assertEquals(8, model.getIrVersion());
            assertEquals(17, model.getOpsetImport(0).getVersion());
            assertEquals("backbone", model.getMetadataProps(0).getKey());
            assertEquals("compact x0.25", model.getMetadataProps(0).getValue());
        }
    }

    /** A few steps, so that statistics, slopes and biases are no longer the initial ones. */
    private static Backbone trained(String name) {
        Backbone backbone = Backbones.create(
                new BackboneSpec(name, SIZE, DIM, 0.25), 3, OptimizerSettings.defaults(), 2, ComputeDevice.CPU);
        var objective = new EmbeddingObjective() {
            @Override
            public LossTerms lossAndGradient(float[] embeddings, int n, float[] gradient) {
                for (int i = 0; i < gradient.length; i++) {
                    gradient[i] = (i % 3 - 1) * 3f + embeddings[i];
                }
                return LossTerms.of(1);
            }

            @Override
            public double gradientSquaredNorm() {
                return 0;
            }

            @Override
            public void update(double learningRate, double gradientScale) {}
        };
        for (int i = 0; i < 3; i++) {
            backbone.step(crops(8, i), 8, i, objective);
        }
        return backbone;
    }

    private static void normalise(float[] rows) {
        for (int from = 0; from < rows.length; from += DIM) {
            double sum = 0;
            for (int d = from; d < from + DIM; d++) {
                sum += (double) rows[d] * rows[d];
            }
            for (int d = from; d < from + DIM; d++) {
                rows[d] /= (float) Math.sqrt(sum);
            }
        }
    }

    private static float[] crops(int n, long seed) {
        var random = new Random(seed);
        var crops = new float[n * CROP];
        for (int i = 0; i < crops.length; i++) {
            crops[i] = 2 * random.nextFloat() - 1;
        }
        return crops;
    }
}
