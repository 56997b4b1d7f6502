package io.rangestream.app.command;

/** A role ended by itself; the message says which and why, in one line. */
final class RoleFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RoleFailedException(String role, String reason) {
        super("the %s ended: %s".formatted(role, reason));
    }

    RoleFailedException(String role, Throwable cause) {
        super("the %s ended: %s".formatted(role, RangeStreamCommand.oneLine(cause)), cause);
    }
}
