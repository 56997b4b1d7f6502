package io.rangestream.sampler.topology;

/** A record failed in a way that is not foreseen. Ends the transaction; the thread is replaced and the record comes again. */
public final class ProcessingFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ProcessingFailedException(long offset, RuntimeException cause) {
        super(
                "the record at offset %d could not be processed and becomes a dead letter: %s".formatted(offset, cause),
                cause);
    }
}
