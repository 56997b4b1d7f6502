package io.rangestream.learner.backbone;

import java.util.Set;

/** An engine that can build networks; found with {@link java.util.ServiceLoader}. */
public interface BackboneProvider {

    /** The names of the networks that this engine builds. */
    Set<String> names();

    /**
     * Readies a device.
     *
     * @throws IllegalStateException in one line when it is not available
     */
    void requireDevice(ComputeDevice device);

    /**
     * Builds a network with weights drawn from the seed.
     *
     * @throws IllegalStateException in one line when the device is not available
     */
    Backbone create(String name, long seed, OptimizerSettings settings, int threads, ComputeDevice device);
}
