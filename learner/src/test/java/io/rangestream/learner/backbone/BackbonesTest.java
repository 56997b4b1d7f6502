package io.rangestream.learner.backbone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BackbonesTest {

    private static final OptimizerSettings SETTINGS = OptimizerSettings.defaults();

    @Test
    void compactIsTheReferenceNetworkOnAcceleratedKernels() {
        try (Backbone backbone = Backbones.create("compact", 1, SETTINGS, 2)) {
            assertEquals(new BackboneSpec("compact", 64, 128), backbone.spec());
            assertEquals(1_244_672, backbone.parameterCount());
            assertTrue(backbone.backend().accelerated(), backbone.backend().toString());
            assertEquals(2, backbone.backend().threads());
            assertFalse(backbone.backend().toString().contains("\n"));
        }
    }

    @Test
    void equalSeedsGiveEqualWeightsInTheRangeOfPyTorchs() {
        try (Backbone a = Backbones.create("compact", 5, SETTINGS, 2);
                Backbone b = Backbones.create("compact", 5, SETTINGS, 2);
                Backbone c = Backbones.create("compact", 6, SETTINGS, 2)) {
            float[] weights = a.weights(Weights.TRAINED);
            assertArrayEquals(weights, b.weights(Weights.AVERAGED));
            assertFalse(Arrays.equals(weights, c.weights(Weights.TRAINED)));
            // The stem has fan-in 27: its weights lie within ±1/√27 and come close to it.
            float largest = 0;
            for (int i = 0; i < 3 * 3 * 3 * 32; i++) {
                largest = Math.max(largest, Math.abs(weights[i]));
            }
            assertEquals(1 / Math.sqrt(27), largest, 0.005);
        }
    }

    @Test
    void anUnknownNetworkIsNamedWithTheKnownOnes() {
        var e = assertThrows(IllegalArgumentException.class, () -> Backbones.create("resnet", 1, SETTINGS, 2));

        assertEquals(
                "unknown backbone 'resnet', known: compact, mobilefacenet, resnet-18, resnet-50, vgg-16",
                e.getMessage());
    }

    @Test
    void askingForCudaWithoutItIsOneLine() {
        var e = assertThrows(
                IllegalStateException.class,
                () -> Backbones.create(new BackboneSpec("compact", 64, 128), 1, SETTINGS, 2, ComputeDevice.CUDA));

        assertEquals("backend=cuda: this build has no CUDA engine (Maven profile cuda)", e.getMessage());
        assertEquals(
                "unknown backend 'tpu', known: auto, cpu, cuda",
                assertThrows(IllegalArgumentException.class, () -> ComputeDevice.of("tpu"))
                        .getMessage());
    }

    @Test
    void settingsThatMakeNoSenseAreRejected() {
        assertThrows(IllegalArgumentException.class, () -> new OptimizerSettings(0, 0.9, 0, 5, 0, 0.9, 0));
        assertThrows(IllegalArgumentException.class, () -> new OptimizerSettings(0.1, 1, 0, 5, 0, 0.9, 0));
        assertThrows(IllegalArgumentException.class, () -> new OptimizerSettings(0.1, 0.9, -1, 5, 0, 0.9, 0));
        assertThrows(IllegalArgumentException.class, () -> new OptimizerSettings(0.1, 0.9, 0, 5, 0, 0.9, 1));
    }

    @Test
    void rateAndDecayWarmUp() {
        assertEquals(0.001, SETTINGS.newRate().at(0), 1e-12);
        assertEquals(0.05, SETTINGS.newRate().at(49), 1e-12);
        assertEquals(0.05, SETTINGS.newRate().at(1_000_000), 1e-12);
        assertEquals(0.1, SETTINGS.emaDecayAt(0), 1e-12);
        assertEquals(0.995, SETTINGS.emaDecayAt(100_000), 1e-12);
    }
}
