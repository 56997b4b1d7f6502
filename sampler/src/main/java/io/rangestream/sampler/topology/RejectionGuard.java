package io.rangestream.sampler.topology;

import io.rangestream.sampler.config.RejectionLimit;
import java.util.BitSet;

/**
 * Watches what share of the last records was refused, all tasks of the process together: a producer with the wrong schema
 * or a misplaced limit would otherwise fill the dead letters while everything looks alive. Thread-safe.
 */
final class RejectionGuard {
    private final RejectionLimit limit;
    private final BitSet refused;
    private int next;
    private long seen;

    RejectionGuard(RejectionLimit limit) {
        this.limit = limit;
        this.refused = new BitSet(limit.window());
    }

    /** Notes a record that was taken in. */
    void accepted() {
        note(false);
    }

    /**
     * Notes a record that was refused.
     *
     * @throws TooManyRejectedException if that was one too many; then the sampler has to stop
     */
    void rejected(String reason) {
        if (note(true)) {
            throw new TooManyRejectedException(
                    "%d of the last %d faces records were refused, the last because: %s (see `rangestream rejected list` and %s)"
                            .formatted(refusals(), limit.window(), reason, RejectionLimit.WINDOW));
        }
    }

    private synchronized boolean note(boolean isRefused) {
        if (limit.window() == 0) {
            return false;
        }
        refused.set(next, isRefused);
        next = (next + 1) % limit.window();
        seen++;
        return isRefused && seen >= limit.window() && refused.cardinality() >= limit.share() * limit.window();
    }

    private synchronized int refusals() {
        return refused.cardinality();
    }

    /** Ends the sampler: the message says why, in one line. */
    static final class TooManyRejectedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManyRejectedException(String message) {
            super(message, null, false, false);
        }
    }
}
