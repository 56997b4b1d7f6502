package io.rangestream.schemas.identity;

/** A text that names nobody; the message says why, in one line, and does not repeat the text. */
public final class InvalidNameException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    InvalidNameException(String reason) {
        super(reason);
    }

    /** Without a stack trace: refusing a name is no surprise, and a flood of them should cost little. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
