package io.rangestream.sampler.internal.draw;

import java.util.BitSet;

/**
 * The identities of a task in memory, each under a small number of its own, its ordinal: name, chance to be drawn, and
 * whether it waits for its first batch. Some 20 bytes each and the name.
 *
 * <p>Weights are kept^tau in fixed point, so sums are exact and do not depend on the order of updates; the tree is in the
 * order of ordinals, which are stored. Rebuilt from the store, it therefore draws as if it had never been gone. A new
 * identity takes the smallest free ordinal. Not thread-safe.
 */
public final class DrawableIdentities {
    /** Weight of an identity with one face; 1024 faces, tau 2 and a million identities still fit 63 bits. */
    private static final double ONE = 1 << 20;

    private static final int LARGEST_BUFFER = 1024;

    private final int minFaces;
    private final WeightTree weights;
    private final NameArena names = new NameArena();
    private final OrdinalQueue newcomers = new OrdinalQueue();
    private final BitSet used = new BitSet();
    /** Every ordinal below it is in use. */
    private int usedBelow;

    private int identities;
    private int drawable;
    private long kept;

    /**
     * @param minFaces faces an identity needs to be drawn
     * @param tau exponent of the chance to be drawn, 0 … 2
     */
    public DrawableIdentities(int minFaces, double tau) {
        this.minFaces = minFaces;
        long[] weightByKept = new long[LARGEST_BUFFER + 1];
        for (int n = Math.max(1, minFaces); n <= LARGEST_BUFFER; n++) {
            // StrictMath: the same bits on every processor.
            weightByKept[n] = Math.round(StrictMath.pow(n, tau) * ONE);
        }
        weights = new WeightTree(weightByKept);
    }

    /** Takes in an identity without faces and says its ordinal. */
    public int register(byte[] name) {
        usedBelow = used.nextClearBit(usedBelow);
        int ordinal = usedBelow;
        restore(ordinal, name, 0);
        return ordinal;
    }

    /** Takes in an identity as it was stored. */
    public void restore(int ordinal, byte[] name, int keptFaces) {
        if (used.get(ordinal)) {
            throw new IllegalStateException("two identities share the ordinal " + ordinal);
        }
        used.set(ordinal);
        names.put(ordinal, name);
        keptChanged(ordinal, 0, keptFaces);
    }

    /** The identity's buffer went from so many faces to so many. One with too few to be drawn waits no longer. */
    public void keptChanged(int ordinal, int before, int after) {
        kept += after - before;
        identities += (after > 0 ? 1 : 0) - (before > 0 ? 1 : 0);
        drawable += (after >= minFaces ? 1 : 0) - (before >= minFaces ? 1 : 0);
        weights.set(ordinal, after);
        if (after < minFaces) {
            newcomers.remove(ordinal);
        }
    }

    /** Whether so many faces are enough to be drawn. */
    public boolean isEnough(int faces) {
        return faces >= minFaces;
    }

    /** Puts a drawable identity at the end of those who wait for their first batch. */
    public void awaitFirstBatch(int ordinal) {
        if (weights.weight(ordinal) == 0) {
            throw new IllegalStateException("the identity of ordinal %d cannot be drawn".formatted(ordinal));
        }
        newcomers.add(ordinal);
    }

    /** Forgets an identity; its ordinal is free again. */
    public void release(int ordinal, int keptFaces) {
        keptChanged(ordinal, keptFaces, 0);
        newcomers.remove(ordinal);
        used.clear(ordinal);
        usedBelow = Math.min(usedBelow, ordinal);
        names.remove(ordinal);
    }

    /** The identity's name as it was taken in; a copy. */
    public byte[] name(int ordinal) {
        return names.get(ordinal);
    }

    /** Identities with at least one face. */
    public int identities() {
        return identities;
    }

    /** Identities with enough faces to be drawn. */
    public int drawable() {
        return drawable;
    }

    /** Faces in all buffers. */
    public long kept() {
        return kept;
    }

    WeightTree weights() {
        return weights;
    }

    OrdinalQueue newcomers() {
        return newcomers;
    }
}
