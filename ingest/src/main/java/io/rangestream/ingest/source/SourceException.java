package io.rangestream.ingest.source;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A source that cannot be used at all; the message says which and why, in one line. */
public final class SourceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SourceException(String message) {
        super(message);
    }

    private SourceException(String message, IOException cause) {
        super(message, cause);
    }

    static SourceException unreadable(Path path, IOException cause) {
        if (cause instanceof NoSuchFileException) {
            return new SourceException("%s does not exist".formatted(path), cause);
        }
        return new SourceException("cannot read %s: %s".formatted(path, reason(cause)), cause);
    }

    static SourceException unwritable(Path path, IOException cause) {
        return new SourceException("cannot write %s: %s".formatted(path, reason(cause)), cause);
    }

    /** First line of a failure's message, or its kind where it has none. */
    static String reason(Exception e) {
        String message = e.getMessage();
        return message == null || message.isBlank()
                ? e.getClass().getSimpleName()
                : message.lines().findFirst().orElse("").strip();
    }
}
