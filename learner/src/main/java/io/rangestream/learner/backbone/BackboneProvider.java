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
     * The network of a name with the sizes that are its own.
     *
     * @throws IllegalArgumentException in one line when the name is unknown
     */
    BackboneSpec standard(String name);

    /**
     * Builds a network with weights drawn from the seed.
     *
     * @throws IllegalArgumentException in one line when it cannot have these sizes
     * @throws IllegalStateException in one line when the device is not available
     */
    Backbone create(BackboneSpec spec, long seed, OptimizerSettings settings, int threads, ComputeDevice device);
}
