package io.rangestream.client;

/** Bytes that are no model of the network they are said to be, or cannot be opened now; the message is the reason, in one line. */
public final class InvalidModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean retryable;

    public InvalidModelException(String reason) {
        super(reason);
        this.retryable = false;
    }

    public InvalidModelException(String reason, Throwable cause) {
        this(reason, cause, false);
    }

    /** @param retryable whether the same bytes may open another time */
    public InvalidModelException(String reason, Throwable cause, boolean retryable) {
        super(reason, cause);
        this.retryable = retryable;
    }

    /** Whether the same bytes may open another time: it was memory, or a file, that was not to be had. */
    public boolean isRetryable() {
        return retryable;
    }
}
