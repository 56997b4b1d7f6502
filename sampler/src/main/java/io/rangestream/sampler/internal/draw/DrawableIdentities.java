package io.rangestream.sampler.internal.draw;

import java.util.Arrays;
import java.util.BitSet;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The identities of a task in memory, each under a small number of its own, its ordinal, and with its chance to be drawn.
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
    private final long[] weightByKept = new long[LARGEST_BUFFER + 1];
    private final FenwickTree tree = new FenwickTree();
    private final BitSet used = new BitSet();
    private @Nullable Bytes[] names = new Bytes[64];
    private int identities;
    private int drawable;
    private long kept;

    /**
     * @param minFaces faces an identity needs to be drawn
     * @param tau exponent of the chance to be drawn, 0 … 2
     */
    public DrawableIdentities(int minFaces, double tau) {
        this.minFaces = minFaces;
        for (int n = Math.max(1, minFaces); n <= LARGEST_BUFFER; n++) {
            // StrictMath: the same bits on every processor.
            weightByKept[n] = Math.round(StrictMath.pow(n, tau) * ONE);
        }
    }

    /** Takes in an identity without faces and says its ordinal. */
    public int register(Bytes name) {
        int ordinal = used.nextClearBit(0);
        restore(ordinal, name, 0);
        return ordinal;
    }

    /** Takes in an identity as it was stored. */
    public void restore(int ordinal, Bytes name, int keptFaces) {
        if (used.get(ordinal)) {
            throw new IllegalStateException("two identities share the ordinal " + ordinal);
        }
        if (ordinal >= names.length) {
            names = Arrays.copyOf(names, Math.max(ordinal + 1, 2 * names.length));
        }
        used.set(ordinal);
        names[ordinal] = name;
        keptChanged(ordinal, 0, keptFaces);
    }

    /** The identity's buffer went from so many faces to so many. */
    public void keptChanged(int ordinal, int before, int after) {
        kept += after - before;
        identities += (after > 0 ? 1 : 0) - (before > 0 ? 1 : 0);
        drawable += (after >= minFaces ? 1 : 0) - (before >= minFaces ? 1 : 0);
        tree.set(ordinal, weightByKept[after]);
    }

    /** Forgets an identity; its ordinal is free again. */
    public void release(int ordinal, int keptFaces) {
        keptChanged(ordinal, keptFaces, 0);
        used.clear(ordinal);
        names[ordinal] = null;
    }

    /** The ordinals of {@code count} distinct identities, one after the other in proportion to the weights left. */
    public int[] draw(int count, DrawRandom random) {
        if (count > drawable) {
            throw new IllegalArgumentException("%d of %d drawable identities".formatted(count, drawable));
        }
        int[] drawn = new int[count];
        long[] weights = new long[count];
        for (int i = 0; i < count; i++) {
            drawn[i] = tree.find(random.below(tree.total()));
            weights[i] = tree.weight(drawn[i]);
            tree.set(drawn[i], 0);
        }
        for (int i = 0; i < count; i++) {
            tree.set(drawn[i], weights[i]);
        }
        return drawn;
    }

    /** The identity's name as it was taken in. */
    public Bytes name(int ordinal) {
        Bytes name = names[ordinal];
        if (name == null) {
            throw new IllegalStateException("no identity has the ordinal " + ordinal);
        }
        return name;
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
}
