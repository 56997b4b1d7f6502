package io.rangestream.client;

/** Bytes that are no model of the network they are said to be; the message is the reason, in one line. */
public final class InvalidModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidModelException(String reason) {
        super(reason);
    }

    public InvalidModelException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
