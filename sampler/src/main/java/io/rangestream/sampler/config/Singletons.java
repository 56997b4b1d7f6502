package io.rangestream.sampler.config;

import java.util.Locale;

/** What becomes of identities with fewer faces than {@code min.faces}. */
public enum Singletons {
    /** They are not drawn until they have enough. */
    WAIT,
    /** They are drawn from their first face on, their crops repeated. */
    REPEAT;

    /** The name in a configuration. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Singletons of(String key) {
        return valueOf(key.toUpperCase(Locale.ROOT));
    }
}
