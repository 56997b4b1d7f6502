package io.rangestream.learner.backbone;

import java.util.Arrays;
import java.util.Locale;

/** Where the network is to run. */
public enum ComputeDevice {
    /** A GPU where an engine for it and a device are present, else the CPU. */
    AUTO,
    /** The CPU. */
    CPU,
    /** An NVIDIA GPU, or an error. */
    CUDA;

    /**
     * Reads a configured value, in any case.
     *
     * @throws IllegalArgumentException in one line, naming the choices
     */
    public static ComputeDevice of(String value) {
        return Arrays.stream(values())
                .filter(device -> device.name().equalsIgnoreCase(value))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("unknown backend '%s', known: auto, cpu, cuda".formatted(value)));
    }

    /** The configured spelling. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
