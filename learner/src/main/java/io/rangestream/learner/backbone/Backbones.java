package io.rangestream.learner.backbone;

import java.util.ServiceLoader;
import java.util.TreeSet;

/** Creates networks by name from the engines on the class path. */
public final class Backbones {

    private Backbones() {}

    /**
     * Readies a device, so that a missing one is told before anything else begins.
     *
     * @throws IllegalStateException in one line when it is not available
     */
    public static void requireDevice(ComputeDevice device) {
        ServiceLoader.load(BackboneProvider.class, Backbones.class.getClassLoader())
                .forEach(provider -> provider.requireDevice(device));
    }

    /**
     * Creates an untrained network. Equal seeds give equal weights.
     *
     * @param threads threads for the native kernels, at least 1
     * @throws IllegalArgumentException in one line when the name is unknown, listing the known ones, or the sizes do not fit it
     * @throws IllegalStateException in one line when the device is not available
     */
    public static Backbone create(
            BackboneSpec spec, long seed, OptimizerSettings settings, int threads, ComputeDevice device) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1: " + threads);
        }
        return provider(spec.name()).create(spec, seed, settings, threads, device);
    }

    /** Creates an untrained network with the sizes that are its own on the device that {@link ComputeDevice#AUTO} finds. */
    public static Backbone create(String name, long seed, OptimizerSettings settings, int threads) {
        return create(provider(name).standard(name), seed, settings, threads, ComputeDevice.AUTO);
    }

    private static BackboneProvider provider(String name) {
        var known = new TreeSet<String>();
        for (BackboneProvider provider : ServiceLoader.load(BackboneProvider.class, Backbones.class.getClassLoader())) {
            if (provider.names().contains(name)) {
                return provider;
            }
            known.addAll(provider.names());
        }
        throw new IllegalArgumentException(
                "unknown backbone '%s', known: %s".formatted(name, String.join(", ", known)));
    }
}
