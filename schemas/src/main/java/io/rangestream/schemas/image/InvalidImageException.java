package io.rangestream.schemas.image;

/** Bytes that are no usable face crop; the message is the reason, in one line. */
public final class InvalidImageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidImageException(String reason) {
        super(reason);
    }
}
