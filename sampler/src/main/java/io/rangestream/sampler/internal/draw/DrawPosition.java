package io.rangestream.sampler.internal.draw;

/**
 * Where the draw stands between two batches; with the identities themselves all that the next one depends on. Immutable.
 *
 * @param batches that were drawn
 * @param round ordinal at which the round through everyone goes on
 */
public record DrawPosition(long batches, int round) {
    public static final DrawPosition START = new DrawPosition(0, 0);
}
