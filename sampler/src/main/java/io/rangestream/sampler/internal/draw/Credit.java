package io.rangestream.sampler.internal.draw;

/**
 * How many crops may leave, in millionths: sums of a decimal ratio stay exact, however many faces arrive. Immutable.
 *
 * @param perFace millionths of a crop that a new face earns
 * @param perBatch millionths of a crop that a batch costs
 */
public record Credit(long perFace, long perBatch) {
    private static final long ONE = 1_000_000;

    /** More batches than this beyond what a face earns by itself would make one transaction too long. */
    private static final int CATCH_UP = 16;

    public static Credit of(double replayRatio, int cropsPerBatch) {
        return new Credit(Math.max(1, millionths(replayRatio)), cropsPerBatch * ONE);
    }

    /**
     * Batches that may leave with one face. Credit saved up while too few identities were drawable is spent over the
     * next faces, not in one burst: the records of one face are one transaction, which has a time limit.
     */
    public int batchesPerFace() {
        return CATCH_UP + Math.toIntExact(perFace / perBatch);
    }

    public static long millionths(double crops) {
        return Math.round(crops * ONE);
    }

    public static long wholeCrops(long millionths) {
        return millionths / ONE;
    }

    public static double crops(long millionths) {
        return millionths / (double) ONE;
    }
}
