package io.rangestream.learner.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.rangestream.learner.backbone.BackboneSpec;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The counts against those that others published for the same layers. */
class ArchitecturesTest {

    @Test
    void theBodyOfResNet18HasThePublishedParameters() {
        // torchvision's 11,689,512 without classifier and 7×7 stem, with the 3×3 stem and a projection in the first
        // stage.
        long expected = 11_689_512 - 513_000 - 9_408 + 1_728 + (64 * 64 + 128);

        assertEquals(expected, parameters(standard("resnet-18"), ArchitecturesTest::isBody));
    }

    @Test
    void theBodyOfResNet50HasThePublishedParameters() {
        long expected = 25_557_032 - 2_049_000 - 9_408 + 1_728;

        assertEquals(expected, parameters(standard("resnet-50"), ArchitecturesTest::isBody));
    }

    @Test
    void theConvolutionsOfVgg16HaveThePublishedParametersAndMultiplyAdds() {
        Architecture vgg = standard("vgg-16");
        var shapes = vgg.shapes();

        assertEquals(14_714_688, parameters(vgg, Node.Convolution.class::isInstance));
        // 15,346,630,656 at 224 pixels.
        assertEquals(
                15_346_630_656L / 4,
                vgg.nodes().stream()
                        .filter(Node.Convolution.class::isInstance)
                        .mapToLong(node -> node.multiplyAdds(shapes.get(node.name())))
                        .sum());
    }

    @Test
    void mobileFaceNetHasThePublishedSize() {
        Architecture net = standard("mobilefacenet");

        // The paper gives 0.99 million and 221 million.
        assertEquals(0.99e6, net.parameters(), 0.02e6);
        assertEquals(221e6, net.multiplyAdds(), 2e6);
    }

    @Test
    void theSizesAreThoseAskedFor() {
        assertEquals(new BackboneSpec("resnet-18", 112, 512), Architectures.standard("resnet-18"));
        BackboneSpec half = Architectures.spec("resnet-18", 96, 64, 0.5);
        Architecture net = Architectures.of(half);

        assertEquals(Shape.vector(64), net.shapes().get(Architecture.OUTPUT));
        assertEquals(Shape.map(256, 6), net.shapes().get("last-norm"));
        assertEquals("resnet-18 x0.5 (96 px, 64-d)", half.toString());
    }

    @Test
    void sizesThatDoNotFitAreRefusedInOneLine() {
        assertEquals(
                "the input size must be a multiple of 16 from 32 to 224, not 100",
                assertThrows(IllegalArgumentException.class, () -> Architectures.spec("compact", 100, 0, 1))
                        .getMessage());
        assertEquals(
                "unknown backbone 'vgg', known: compact, mobilefacenet, resnet-18, resnet-50, vgg-16",
                assertThrows(IllegalArgumentException.class, () -> Architectures.standard("vgg"))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> Architectures.spec("compact", 64, 128, Double.NaN));
    }

    @Test
    void anOperationReadsWhatPrecedesIt() {
        var spec = new BackboneSpec("odd", 32, 8);
        List<Node> nodes = List.of(new Node.Linear(Architecture.OUTPUT, "nothing", 8, 8, true, false));

        assertThrows(IllegalArgumentException.class, () -> new Architecture(spec, Initialisation.HE, nodes));
    }

    private static Architecture standard(String name) {
        return Architectures.of(Architectures.standard(name));
    }

    private static boolean isBody(Node node) {
        return !node.name().equals("last-norm") && !node.name().startsWith(Architecture.OUTPUT);
    }

    private static long parameters(Architecture net, Predicate<Node> which) {
        return net.nodes().stream().filter(which).mapToLong(Node::parameters).sum();
    }
}
