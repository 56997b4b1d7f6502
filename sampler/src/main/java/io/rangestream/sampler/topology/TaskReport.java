package io.rangestream.sampler.topology;

/**
 * Where a task stood after its last record.
 *
 * @param sequence of its last batch or erasure
 * @param credit crops earned and not spent
 * @param identities identities with at least one face
 * @param drawable identities with enough faces to be drawn
 * @param kept faces in its buffers
 * @param offset of the last record on its faces partition, -1 if there was none since it began here
 * @param timestamp of that record, epoch milliseconds
 */
public record TaskReport(
        long sequence, double credit, int identities, int drawable, long kept, long offset, long timestamp) {}
