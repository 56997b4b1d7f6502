package io.rangestream.sampler.internal.buffer;

import io.rangestream.sampler.config.SamplerConfig;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many identities of a task keep 1, 2, 3, … faces, so that nobody has to look at a million of them to tell. Written by
 * the task's thread, read by any.
 */
public final class KeptHistogram {
    private final AtomicLongArray identities = new AtomicLongArray(SamplerConfig.MAX_CAPACITY + 1);

    /** An identity keeps another number of faces than before; 0 is none. */
    void moved(int before, int after) {
        if (before > 0) {
            identities.decrementAndGet(before);
        }
        if (after > 0) {
            identities.incrementAndGet(after);
        }
    }

    /** Adds these to the sums of others. */
    public void addTo(long[] sums) {
        for (int kept = 0; kept < sums.length; kept++) {
            sums[kept] += identities.get(kept);
        }
    }
}
