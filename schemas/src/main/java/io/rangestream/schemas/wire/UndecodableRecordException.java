package io.rangestream.schemas.wire;

import org.apache.kafka.common.errors.SerializationException;

/** Bytes that are no record the reader accepts; the message is the reason, in one line. */
public class UndecodableRecordException extends SerializationException {
    private static final long serialVersionUID = 1L;

    public UndecodableRecordException(String reason) {
        super(reason);
    }

    public UndecodableRecordException(String reason, Throwable cause) {
        super(reason, cause);
    }

    static String oneLine(Exception e) {
        String message = e.getMessage();
        return message == null
                ? e.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }
}
