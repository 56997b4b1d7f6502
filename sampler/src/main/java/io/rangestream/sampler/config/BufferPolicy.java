package io.rangestream.sampler.config;

import java.util.Locale;

/** Which faces of an identity a full buffer keeps. */
public enum BufferPolicy {
    /** A uniform sample of every face seen, whatever the order they came in. */
    RESERVOIR,
    /** The faces that arrived last. */
    RECENT,
    /** The last to arrive in some of the slots, a uniform sample of those before them in the others. */
    MIX;

    /** The name in a configuration. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    static BufferPolicy of(String key) {
        return valueOf(key.toUpperCase(Locale.ROOT));
    }
}
