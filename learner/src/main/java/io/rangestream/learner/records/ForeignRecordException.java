package io.rangestream.learner.records;

/** A record that no sampler task can have written; the message is the reason, in one line. */
public final class ForeignRecordException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ForeignRecordException(String reason) {
        super(reason);
    }
}
