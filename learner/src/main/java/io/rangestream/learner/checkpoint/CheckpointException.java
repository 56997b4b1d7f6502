package io.rangestream.learner.checkpoint;

import org.jspecify.annotations.Nullable;

/** A checkpoint that cannot be written or used; the message says which and why, in one line. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean refusal;

    private CheckpointException(String message, @Nullable Throwable cause, boolean refusal) {
        super(message, cause);
        this.refusal = refusal;
    }

    /** The checkpoint itself is no good: missing, damaged, or of something else. Another one may be. */
    public static CheckpointException refused(String message, @Nullable Throwable cause) {
        return new CheckpointException(message, cause, true);
    }

    /** The place where checkpoints are kept cannot be used; the checkpoints may be sound. */
    public static CheckpointException unavailable(String message, @Nullable Throwable cause) {
        return new CheckpointException(message, cause, false);
    }

    /** Whether it is this checkpoint that is no good, and not the way to it. */
    public boolean isRefusal() {
        return refusal;
    }
}
