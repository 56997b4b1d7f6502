package io.rangestream.schemas.config;

/** A setting that cannot be used; the message says which and why, in one line. */
public final class ConfigurationException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public ConfigurationException(String message) {
        super(message);
    }

    /** With the message of what was thrown when the value was read. */
    public ConfigurationException(Throwable cause) {
        super(String.valueOf(cause.getMessage()), cause);
    }
}
