package io.rangestream.sampler.internal.buffer;

/** What a task found of a face that was to be taken back. The more was found, the later it stands; the order is on disk. */
public enum Retraction {
    /** No such face of this identity. */
    NOTHING,
    /** It had left the buffer, or was passed over, and was recognised until now. */
    LEFT,
    /** It was in the buffer. */
    BUFFERED,
    /** It was in the holdout. */
    HELD_OUT
}
