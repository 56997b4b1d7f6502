package io.rangestream.sampler.internal.intake;

/** A record that cannot be used; the message is the reason, in one line, and names no person. */
public final class RejectedFaceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Without a stack trace: refusing a record is no surprise, and a flood of them should cost little. */
    public RejectedFaceException(String reason) {
        super(reason, null, false, false);
    }
}
