package io.rangestream.learner.evaluation;

/**
 * The version that founded an embedding space.
 *
 * @param version the version
 * @param weights its published weights; not to be changed
 */
public record Founder(long version, float[] weights) {}
