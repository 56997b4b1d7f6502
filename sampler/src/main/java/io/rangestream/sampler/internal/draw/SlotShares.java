package io.rangestream.sampler.internal.draw;

/**
 * How the slots of a batch, one for each of its identities, are shared out. A share that is no whole number of slots
 * comes out right over time: of any m batches in a row, at least floor(m x share x slots) slots are coverage's. Fixed
 * point, so equal on every machine. Immutable.
 *
 * @param slots of a batch, P
 * @param coverage millionths of a slot per batch
 * @param newcomers millionths of a slot per batch
 */
public record SlotShares(int slots, long coverage, long newcomers) {
    private static final long ONE = 1_000_000;

    /**
     * @param coverage share of the slots that goes round through everyone, 0 … 1
     * @param newcomers largest share of the slots for who has not been in a batch, 0 … 1
     */
    public static SlotShares of(int slots, double coverage, double newcomers) {
        return new SlotShares(slots, Math.round(coverage * slots * ONE), Math.round(newcomers * slots * ONE));
    }

    /** Coverage's slots in a batch, by the batch's number. */
    int coverage(long batch) {
        return whole(coverage, batch);
    }

    /** Slots for newcomers at most, by the batch's number. */
    int newcomers(long batch) {
        return Math.min(slots - coverage(batch), whole(newcomers, batch));
    }

    /** floor((batch + 1) x share) - floor(batch x share), which only depends on the batch modulo a million. */
    private static int whole(long share, long batch) {
        long n = batch % ONE;
        return Math.toIntExact((n + 1) * share / ONE - n * share / ONE);
    }
}
