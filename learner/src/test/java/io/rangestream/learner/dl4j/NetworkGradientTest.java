package io.rangestream.learner.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.backbone.ComputeDevice;
import io.rangestream.learner.dl4j.ParameterLayout.Role;
import io.rangestream.learner.dl4j.ParameterLayout.Segment;
import io.rangestream.learner.head.SoftmaxReference;
import io.rangestream.learner.loss.RangeLoss;
import io.rangestream.learner.loss.RangeLossSettings;
import io.rangestream.learner.loss.RangeLossSettings.Reduction;
import io.rangestream.learner.parallel.Lanes;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The chain of proof for the gradients: a small network in double with the joint loss against central differences, then the fast
 * layers in float against the double network.
 */
class NetworkGradientTest {

    private static final CompactNet SMALL = new CompactNet(32, List.of(3, 4, 6, 6, 8), 5);
    private static final int[] LABELS = {0, 1, 0, 2, 1, 0};
    private static final int N = LABELS.length;

    private final RangeLoss range = new RangeLoss(new RangeLossSettings(2, 3, 0.3, 0.4, 1.1, Reduction.MEAN, 1e-12));
    private final SoftmaxReference head = new SoftmaxReference(
            new Random(7).doubles(3 * SMALL.embeddingDim(), -1, 1).toArray(), new double[3], SMALL.embeddingDim());

    @BeforeAll
    static void start() {
        Nd4jRuntime.start(ComputeDevice.CPU);
    }

    @Test
    void theWholeNetworkInDoubleAgreesWithCentralDifferences() {
        try (Sample sample = new Sample(DataType.DOUBLE, null)) {
            double[] gradient = sample.gradient();
            double[] parameters = sample.parameters.clone();
            var random = new Random(11);
            double h = 1e-6;
            for (Segment s : sample.layout.segments()) {
                if (s.role() == Role.STATISTIC) {
                    continue;
                }
                for (int pick = 0; pick < 4; pick++) {
                    int i = s.offset() + random.nextInt(s.length());
                    double above = sample.lossWith(i, parameters[i] + h);
                    double below = sample.lossWith(i, parameters[i] - h);
                    sample.lossWith(i, parameters[i]);
                    double numeric = (above - below) / (2 * h);
                    assertEquals(
                            numeric, gradient[i], 1e-6 * Math.max(1, Math.abs(numeric)), s.layer() + " " + s.key());
                }
            }
        }
    }

    @Test
    void theFastLayersInFloatAgreeWithTheNetworkInDouble() {
        try (Lanes lanes = new Lanes(2);
                Sample slow = new Sample(DataType.DOUBLE, null);
                Sample fast = new Sample(DataType.FLOAT, new ChannelScratch(lanes))) {
            double[] expected = slow.gradient();
            double[] actual = fast.gradient();
            assertEquals(slow.loss, fast.loss, 1e-4 * slow.loss);
            for (Segment s : slow.layout.segments()) {
                double error = 0;
                double size = 0;
                for (int i = s.offset(); i < s.end(); i++) {
                    error += (expected[i] - actual[i]) * (expected[i] - actual[i]);
                    size += expected[i] * expected[i];
                }
                assertTrue(
                        Math.sqrt(error) <= 2e-3 * Math.sqrt(size) + 1e-6,
                        "%s %s: %.3g of %.3g".formatted(s.layer(), s.key(), Math.sqrt(error), Math.sqrt(size)));
            }
        }
    }

    @Test
    void theConvolutionsOfTheFastPathRunOnTheAcceleratedKernels() {
        try (Lanes lanes = new Lanes(1);
                Sample fast = new Sample(DataType.FLOAT, new ChannelScratch(lanes))) {
            for (var layer : fast.graph.getLayers()) {
                if (layer instanceof LinearConvolution convolution) {
                    assertTrue(convolution.isAccelerated(), "oneDNN helper missing");
                }
            }
        }
    }

    /** A network, a batch and the joint loss on it. */
    private final class Sample implements AutoCloseable {
        final EmbeddingGraph graph;
        final ParameterLayout layout;
        final INDArray crops;
        final double[] parameters;
        double loss;

        Sample(DataType type, ChannelScratch scratch) {
            graph = new EmbeddingGraph(SMALL.configuration(type, scratch, null));
            graph.init();
            layout = ParameterLayout.of(graph);
            float[] drawn = layout.draw(3);
            parameters = new double[drawn.length];
            for (int i = 0; i < drawn.length; i++) {
                parameters[i] = drawn[i];
            }
            graph.params()
                    .assign(Nd4j.createFromArray(parameters)
                            .castTo(type)
                            .reshape(graph.params().shape()));
            double[] pixels =
                    new Random(5).doubles((long) N * 3 * 32 * 32, -1, 1).toArray();
            crops = Nd4j.createFromArray(pixels).reshape(N, 3, 32, 32).castTo(type);
        }

        double[] gradient() {
            graph.differentiate(crops, output -> {
                double[] x = output.dup('c').data().asDouble();
                double[] gradient = head.gradients(x, LABELS).embeddings();
                loss = head.loss(x, LABELS) + range.addGradient(x, LABELS, N, SMALL.embeddingDim(), gradient);
                assertTrue(range.intra() > 0 && range.inter() > 0, "both terms must be at work");
                return Nd4j.createFromArray(gradient)
                        .reshape(N, SMALL.embeddingDim())
                        .castTo(output.dataType());
            });
            return graph.getFlattenedGradients().dup().data().asDouble();
        }

        double lossWith(int index, double value) {
            graph.params().putScalar(index, value);
            graph.differentiate(crops, output -> {
                double[] x = output.dup('c').data().asDouble();
                loss = head.loss(x, LABELS)
                        + range.addGradient(x, LABELS, N, SMALL.embeddingDim(), new double[x.length]);
                return null;
            });
            return loss;
        }

        @Override
        public void close() {
            crops.close();
            graph.close();
        }
    }
}
