package io.rangestream.sampler;

import java.util.List;

/**
 * How many identities the tasks of this process have, and how full their buffers are.
 *
 * @param tasks the tasks
 * @param identities identities with at least one training face
 * @param drawable those with enough faces to be drawn
 * @param faces training faces in the buffers
 * @param byKept how many identities keep 0, 1, 2, … faces
 * @param samplesPerIdentity K: the tail keeps fewer faces than a batch takes of an identity
 * @param capacity the head's buffers are full
 * @param others host:port of the other instances, as far as they say
 */
public record IdentityCensus(
        List<String> tasks,
        long identities,
        long drawable,
        long faces,
        long[] byKept,
        int samplesPerIdentity,
        int capacity,
        List<String> others) {
    /** Faces that this share of the identities keeps at most; 0 if there are no identities. */
    public int quantile(double share) {
        long total = count(1, byKept.length);
        long rank = Math.max(1, (long) Math.ceil(share * total));
        long below = 0;
        for (int kept = 1; kept < byKept.length; kept++) {
            below += byKept[kept];
            if (below >= rank) {
                return kept;
            }
        }
        return 0;
    }

    /** Identities whose buffer is full. */
    public long head() {
        return count(capacity, byKept.length);
    }

    /** Identities between head and tail. */
    public long middle() {
        return count(samplesPerIdentity, capacity);
    }

    /** Identities that keep fewer faces than a batch takes of one, so that it repeats some. */
    public long tail() {
        return count(1, Math.min(samplesPerIdentity, capacity));
    }

    private long count(int from, int to) {
        long count = 0;
        for (int kept = from; kept < Math.min(to, byKept.length); kept++) {
            count += byKept[kept];
        }
        return count;
    }
}
