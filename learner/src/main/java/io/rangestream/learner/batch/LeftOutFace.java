package io.rangestream.learner.batch;

/**
 * A face that could not be decoded.
 *
 * @param bytes of its image
 * @param reason in one line
 * @param offset of the batch that it was first met in; negative for a held out face
 */
public record LeftOutFace(String identity, String faceId, int bytes, String reason, long offset) {
    /** The same in a batch. */
    public LeftOutFace in(long batchOffset) {
        return new LeftOutFace(identity, faceId, bytes, reason, batchOffset);
    }
}
