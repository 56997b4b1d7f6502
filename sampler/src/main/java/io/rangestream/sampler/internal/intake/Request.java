package io.rangestream.sampler.internal.intake;

import io.rangestream.avro.LabeledFace;

/** What a valid record asks for. */
public sealed interface Request {
    /** Who it is about: the record's key, normalised. */
    String identity();

    /**
     * Take in a face.
     *
     * @param face the face with its face_id filled in
     * @param record the record's value, as it came, or encoded anew where the producer gave no face_id, wrote a name otherwise than
     *     normalised, or framed it for a registry
     */
    record Add(String identity, String faceId, LabeledFace face, byte[] record) implements Request {}

    /** Take a face back. */
    record Retract(String identity, String faceId) implements Request {}

    /** Forget a person. */
    record Erase(String identity) implements Request {}
}
