package io.rangestream.ingest;

/** Sending came to an end because of the broker or its settings; the message is the reason, in one line. */
public final class IngestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public IngestException(String message, Throwable cause) {
        super(message, cause);
    }
}
