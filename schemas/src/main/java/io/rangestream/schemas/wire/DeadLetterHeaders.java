package io.rangestream.schemas.wire;

import java.util.Set;

/** Headers of a dead letter: those of KIP-1034, and our own for its original time, for what did not fit, and for what the learner cannot decode. */
public final class DeadLetterHeaders {
    /** Begins the name of every header that says why and where a record failed. */
    public static final String PREFIX = "__streams.errors.";

    public static final String EXCEPTION = PREFIX + "exception";
    public static final String MESSAGE = PREFIX + "message";
    public static final String STACKTRACE = PREFIX + "stacktrace";
    public static final String TOPIC = PREFIX + "topic";
    public static final String PARTITION = PREFIX + "partition";
    public static final String OFFSET = PREFIX + "offset";

    /** Time of the original record, epoch milliseconds as decimal text; -1 if it had none. */
    public static final String TIMESTAMP = "rs-timestamp";

    /** Bytes of the original key, where the letter holds only its beginning. */
    public static final String FULL_KEY_BYTES = "rs-full-key-bytes";

    /** Bytes of the original value, where the letter holds only its beginning. */
    public static final String FULL_BYTES = "rs-full-bytes";

    /** Bytes of the original headers, where they were too large to be kept. */
    public static final String DROPPED_HEADER_BYTES = "rs-dropped-header-bytes";

    /** The face_id, where the sampler took the face in and the learner cannot decode it. */
    public static final String FACE_ID = "rs-face-id";

    /** Those that only a letter has, beside the ones of {@link #PREFIX}. */
    public static final Set<String> OF_LETTERS = Set.of(FULL_KEY_BYTES, FULL_BYTES, DROPPED_HEADER_BYTES, FACE_ID);

    private DeadLetterHeaders() {}
}
