package io.rangestream.learner.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.architecture.Architecture;
import io.rangestream.learner.architecture.Architectures;
import io.rangestream.learner.architecture.Node;
import io.rangestream.learner.backbone.BackboneSpec;
import io.rangestream.learner.backbone.ComputeDevice;
import io.rangestream.learner.dl4j.ParameterLayout.Role;
import io.rangestream.learner.dl4j.ParameterLayout.Segment;
import io.rangestream.learner.head.SoftmaxReference;
import io.rangestream.learner.loss.RangeLoss;
import io.rangestream.learner.loss.RangeLossSettings;
import io.rangestream.learner.loss.RangeLossSettings.Reduction;
import io.rangestream.learner.parallel.Lanes;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The chain of proof for the gradients: each network, narrow and for small crops, in double with the joint loss against central
 * differences, then the fast layers in float against the double network.
 */
class NetworkGradientTest {

    private static final int INPUT_SIZE = 32;
    private static final int DIM = 5;
    private static final double WIDTH = 0.0625;
    private static final int[] LABELS = {0, 1, 0, 2, 1, 0};
    private static final int N = LABELS.length;

    /** Parameters compared with central differences, spread over all arrays. */
    private static final int PICKS = 48;

    private final RangeLoss range = new RangeLoss(new RangeLossSettings(2, 30, 0.3, 0.4, 1.1, Reduction.MEAN, 1e-12));
    private final SoftmaxReference head =
            new SoftmaxReference(new Random(7).doubles(3 * DIM, -1, 1).toArray(), new double[3], DIM);

    static SortedSet<String> names() {
        return Architectures.names();
    }

    @BeforeAll
    static void start() {
        Nd4jRuntime.start(ComputeDevice.CPU);
    }

    @ParameterizedTest
    @MethodSource("names")
    void theWholeNetworkInDoubleAgreesWithCentralDifferences(String name) {
        try (Sample sample = new Sample(name, DataType.DOUBLE, null)) {
            double[] gradient = sample.gradient();
            double[] parameters = sample.parameters.clone();
            List<Segment> trained = sample.layout.segments().stream()
                    .filter(s -> s.role() != Role.STATISTIC)
                    .toList();
            var random = new Random(11);
            double h = 1e-6;
            for (int pick = 0; pick < PICKS; pick++) {
                Segment s = trained.get(pick * trained.size() / PICKS);
                int i = s.offset() + random.nextInt(s.length());
                double above = sample.lossWith(i, parameters[i] + h);
                double below = sample.lossWith(i, parameters[i] - h);
                sample.set(i, parameters[i]);
                double numeric = (above - below) / (2 * h);
                assertEquals(numeric, gradient[i], 1e-6 * Math.max(1, Math.abs(numeric)), s.layer() + " " + s.key());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void theFastLayersInFloatAgreeWithTheNetworkInDouble(String name) {
        try (Lanes lanes = new Lanes(2);
                Sample slow = new Sample(name, DataType.DOUBLE, null);
                Sample fast = new Sample(name, DataType.FLOAT, new ChannelScratch(lanes))) {
            double[] expected = slow.gradient();
            double[] actual = fast.gradient();
            assertEquals(slow.loss, fast.loss, 1e-4 * slow.loss);
            // Where batch norm follows, weights have a gradient only across their scale; along it, rounding is all
            // there is.
            double rounding =
                    1e-5 * Math.sqrt(Arrays.stream(expected).map(g -> g * g).sum());
            for (Segment s : slow.layout.segments()) {
                double error = 0;
                double size = 0;
                for (int i = s.offset(); i < s.end(); i++) {
                    error += (expected[i] - actual[i]) * (expected[i] - actual[i]);
                    size += expected[i] * expected[i];
                }
                assertTrue(
                        Math.sqrt(error) <= 2e-3 * Math.sqrt(size) + rounding,
                        "%s %s: %.3g of %.3g".formatted(s.layer(), s.key(), Math.sqrt(error), Math.sqrt(size)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void theConvolutionsOfTheFastPathRunOnTheAcceleratedKernels(String name) {
        try (Lanes lanes = new Lanes(1);
                Sample fast = new Sample(name, DataType.FLOAT, new ChannelScratch(lanes))) {
            long expected = fast.architecture.nodes().stream()
                    .filter(Node.Convolution.class::isInstance)
                    .count();
            long accelerated = Arrays.stream(fast.graph.getLayers())
                    .filter(layer -> layer instanceof LinearConvolution c && c.isAccelerated())
                    .count();

            assertTrue(expected > 0);
            assertEquals(expected, accelerated, "oneDNN helpers");
        }
    }

    /** A network, a batch and the joint loss on it. */
    private final class Sample implements AutoCloseable {
        final Architecture architecture;
        final EmbeddingGraph graph;
        final ParameterLayout layout;
        final INDArray crops;
        final double[] parameters;
        double loss;

        Sample(String name, DataType type, ChannelScratch scratch) {
            architecture = Architectures.of(new BackboneSpec(name, INPUT_SIZE, DIM, WIDTH));
            graph = new EmbeddingGraph(GraphLayout.of(architecture, type, scratch, null));
            graph.init();
            layout = ParameterLayout.of(graph);
            float[] drawn = new InitialWeights(architecture).draw(layout, 3);
            parameters = new double[drawn.length];
            for (int i = 0; i < drawn.length; i++) {
                parameters[i] = drawn[i];
            }
            // Residuals start closed, and would have no gradient to compare.
            for (Segment s : layout.segments()) {
                if (s.key().equals("gamma")) {
                    Arrays.fill(parameters, s.offset(), s.end(), 1);
                }
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
                loss = head.loss(x, LABELS) + range.addGradient(x, LABELS, N, DIM, gradient);
                assertTrue(range.intra() > 0 && range.inter() > 0, "both terms must be at work");
                return Nd4j.createFromArray(gradient).reshape(N, DIM).castTo(output.dataType());
            });
            return graph.getFlattenedGradients().dup().data().asDouble();
        }

        void set(int index, double value) {
            graph.params().putScalar(index, value);
        }

        double lossWith(int index, double value) {
            set(index, value);
            graph.differentiate(crops, output -> {
                double[] x = output.dup('c').data().asDouble();
                loss = head.loss(x, LABELS) + range.addGradient(x, LABELS, N, DIM, new double[x.length]);
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
