package io.rangestream.learner.checkpoint;

/** A checkpoint that cannot be written or used; the message says which and why, in one line. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
