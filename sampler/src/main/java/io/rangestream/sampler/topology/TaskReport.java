package io.rangestream.sampler.topology;

/**
 * Where a task stood after its last record.
 *
 * @param sequence of its last batch or erasure
 * @param credit crops earned and not spent
 * @param perBatch crops that a batch costs
 * @param identities identities with at least one face
 * @param drawable identities with enough faces to be drawn
 * @param needed how many of them the next batch takes
 * @param kept faces in its buffers
 * @param nextOffset offset of its faces partition after the last record, -1 before the first
 */
public record TaskReport(
        long sequence,
        double credit,
        double perBatch,
        int identities,
        int drawable,
        int needed,
        long kept,
        long nextOffset) {
    /** Whether too few people have enough faces for a batch. */
    public boolean lacksPeople() {
        return drawable < needed;
    }

    /** Whether there are people enough, and too few new faces have come to earn a batch. */
    public boolean lacksCredit() {
        return !lacksPeople() && credit < perBatch;
    }
}
