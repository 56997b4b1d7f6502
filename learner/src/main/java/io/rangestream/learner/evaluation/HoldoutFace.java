package io.rangestream.learner.evaluation;

/**
 * A face that is never trained on.
 *
 * @param key identity/face_id
 * @param identity who is shown
 * @param crop planar 8-bit RGB {@code [3, size, size]}
 */
public record HoldoutFace(String key, String identity, byte[] crop) {}
