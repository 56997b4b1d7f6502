package io.rangestream.client;

import java.time.Duration;

/** A version's artifact could not be had as its update describes it; the message is the reason, in one line. */
public final class ArtifactException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Check failed;
    private final boolean retryable;

    ArtifactException(Check failed, String reason, boolean retryable) {
        super(reason);
        this.failed = failed;
        this.retryable = retryable;
    }

    /** The check that the artifact did not pass. */
    public Check failed() {
        return failed;
    }

    /** Whether a later attempt may succeed, as what is there may yet be replaced by what is right. */
    public boolean retryable() {
        return retryable;
    }

    ArtifactException afterWaiting(Duration timeout) {
        return new ArtifactException(
                failed, "%s (waited %d ms for it)".formatted(getMessage(), timeout.toMillis()), retryable);
    }

    static ArtifactException late(String reason) {
        return new ArtifactException(Check.ARRIVAL, reason, true);
    }
}
