package io.rangestream.app.demo;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a demo is to do.
 *
 * @param protocol folder of the LFW protocol files
 * @param crops training crops
 * @param seed of everything that is drawn
 * @param keep whether data stays behind
 * @param ownBroker whether a running broker is used instead of an embedded one
 * @param terminal whether a person watches
 */
public record DemoOptions(
        Optional<Path> protocol, int crops, long seed, boolean keep, boolean ownBroker, boolean terminal) {
    public static final int DEFAULT_CROPS = 20_000;
    public static final int MIN_CROPS = 1_000;
    public static final int SYNTHETIC_IDENTITIES = 400;
    public static final int SYNTHETIC_FACES = 5_000;
}
