package io.rangestream.client;

/** A version's artifact could not be had as its update describes it; the message is the reason, in one line. */
public final class ArtifactException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean retryable;

    private ArtifactException(String reason, boolean retryable) {
        super(reason);
        this.retryable = retryable;
    }

    /** Whether a later attempt may succeed: something did not come in time, rather than being wrong. */
    public boolean retryable() {
        return retryable;
    }

    static ArtifactException wrong(String reason) {
        return new ArtifactException(reason, false);
    }

    static ArtifactException late(String reason) {
        return new ArtifactException(reason, true);
    }
}
