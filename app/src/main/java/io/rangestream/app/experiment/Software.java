package io.rangestream.app.experiment;

import io.rangestream.app.RangeStream;

/**
 * What a run was made with.
 *
 * @param rangestream version
 * @param java version and vendor
 * @param os name, version and architecture
 * @param cpus processors of the machine
 * @param backend what computed the network
 */
public record Software(String rangestream, String java, String os, int cpus, String backend) {

    /** This process. */
    public static Software here(String backend) {
        return new Software(
                RangeStream.VERSION,
                "%s (%s)".formatted(System.getProperty("java.version"), System.getProperty("java.vendor")),
                "%s %s %s"
                        .formatted(
                                System.getProperty("os.name"),
                                System.getProperty("os.version"),
                                System.getProperty("os.arch")),
                Runtime.getRuntime().availableProcessors(),
                backend);
    }
}
