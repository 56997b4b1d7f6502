package io.rangestream.sampler.internal.buffer;

import io.rangestream.sampler.config.SamplerConfig;

/** Decides which face of a full buffer gives way to one that arrives. Stateless. */
@FunctionalInterface
public interface EvictionPolicy {
    /**
     * The face to let go.
     *
     * @param ranks of the kept faces in the order they arrived, and last that of the face that has just arrived
     * @return a position in {@code ranks}; the last one passes the arriving face over
     */
    int victim(long[] ranks);

    /** The configured one. */
    static EvictionPolicy of(SamplerConfig config) {
        return switch (config.bufferPolicy()) {
            case RESERVOIR -> reservoir();
            case RECENT -> recent();
            case MIX -> mix(config.recentFaces());
        };
    }

    /**
     * Keeps the faces of the smallest ranks (a bottom-k sketch; Cohen and Kaplan, PODC 2007): a uniform sample of all
     * distinct faces, whatever their order and however often each was sent.
     */
    static EvictionPolicy reservoir() {
        return ranks -> largest(ranks, ranks.length);
    }

    /** Keeps the faces that arrived last. */
    static EvictionPolicy recent() {
        return ranks -> 0;
    }

    /** Keeps the {@code recent} faces that arrived last and a reservoir of those that came before them. */
    static EvictionPolicy mix(int recent) {
        return ranks -> largest(ranks, Math.max(1, ranks.length - recent));
    }

    private static int largest(long[] ranks, int among) {
        int largest = 0;
        for (int i = 1; i < among; i++) {
            if (ranks[i] > ranks[largest]) {
                largest = i;
            }
        }
        return largest;
    }
}
