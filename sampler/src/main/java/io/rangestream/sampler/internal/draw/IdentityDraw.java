package io.rangestream.sampler.internal.draw;

/**
 * Chooses the identities of a batch, each once:
 *
 * <ol>
 *   <li>Coverage's slots go to the next drawable identities in the order of ordinals, round and round. Whoever is
 *       drawable all the time is therefore in a batch at least every ceil(D / (share x P)) batches, where D is the number
 *       that were drawable when it was last reached, or when it became drawable, and of those that became so since: the
 *       round reaches every ordinal once before it reaches one again.
 *   <li>Newcomers' slots, as far as somebody waits, go to those who have not been in a batch, first come, first served.
 *       However many arrive, their being new takes no more slots than these; beyond that they count like everyone else.
 *   <li>Every other slot goes to one of those not yet in this batch, with a chance in proportion to its weight.
 * </ol>
 *
 * <p>The time for a batch hardly depends on how many identities there are (docs/measurements.md); where a few have nearly all the
 * weight, a slot takes a step for every factor of 32 in their number. Not thread-safe.
 */
public final class IdentityDraw {
    /** Proposals that are looked at together. */
    private static final int BLOCK = 32;

    /** Proposals for a slot after which what is left is drawn from the sums: those left may have next to no weight. */
    private static final int PATIENCE = 4 * BLOCK;

    private final DrawableIdentities identities;
    private final SlotShares shares;
    private DrawPosition position;

    /** @param position where an earlier draw from the same identities stood */
    public IdentityDraw(DrawableIdentities identities, SlotShares shares, DrawPosition position) {
        this.identities = identities;
        this.shares = shares;
        this.position = position;
    }

    /** Where the draw stands, to go on from there after a restart. */
    public DrawPosition position() {
        return position;
    }

    /**
     * The identities of the next batch. They wait for their first batch no longer.
     *
     * @return ordinals of P distinct identities: coverage's, then newcomers, then the others
     * @throws IllegalArgumentException if fewer can be drawn
     */
    public int[] draw(DrawRandom random) {
        int slots = shares.slots();
        if (slots > identities.drawable()) {
            throw new IllegalArgumentException("%d of %d drawable identities".formatted(slots, identities.drawable()));
        }
        int[] drawn = new int[slots];
        int filled = fillByRound(drawn, shares.coverage(position.batches()));
        filled = fillByArrival(drawn, filled, shares.newcomers(position.batches()));
        filled = fillByProposals(drawn, filled, random);
        fillBySums(drawn, filled, random);
        position = new DrawPosition(position.batches() + 1, position.round());
        return drawn;
    }

    private int fillByRound(int[] drawn, int slots) {
        int round = position.round();
        for (int i = 0; i < slots; i++) {
            int ordinal = identities.weights().next(round);
            take(ordinal, drawn, i);
            round = ordinal + 1;
        }
        position = new DrawPosition(position.batches(), round);
        return slots;
    }

    private int fillByArrival(int[] drawn, int from, int slots) {
        int filled = from;
        while (filled < from + slots && !identities.newcomers().isEmpty()) {
            take(identities.newcomers().first(), drawn, filled++);
        }
        return filled;
    }

    /** Stops with slots left where weights are too different, or nobody new is found for long. */
    private int fillByProposals(int[] drawn, int from, DrawRandom random) {
        WeightTree weights = identities.weights();
        int filled = from;
        if (filled == drawn.length || !weights.isEven()) {
            return filled;
        }
        int[] proposed = new int[BLOCK];
        boolean[] accepted = new boolean[BLOCK];
        for (int vain = 0; vain < PATIENCE && filled < drawn.length; ) {
            weights.propose(random, proposed, accepted);
            for (int i = 0; i < BLOCK && filled < drawn.length; i++) {
                if (accepted[i] && !isIn(drawn, filled, proposed[i])) {
                    take(proposed[i], drawn, filled++);
                    vain = 0;
                } else {
                    vain++;
                }
            }
        }
        return filled;
    }

    /**
     * One who is hit a second time is drawn for anew, without its weight from then on: the chances among those left are
     * the same as if each had been taken out when it was drawn, and most batches leave the tree untouched.
     */
    private void fillBySums(int[] drawn, int from, DrawRandom random) {
        WeightTree weights = identities.weights();
        int[] out = new int[drawn.length];
        int[] outCounts = new int[drawn.length];
        int outs = 0;
        for (int filled = from; filled < drawn.length; ) {
            int ordinal = weights.find(random.below(weights.total()));
            if (isIn(drawn, filled, ordinal)) {
                out[outs] = ordinal;
                outCounts[outs++] = weights.count(ordinal);
                weights.set(ordinal, 0);
            } else {
                take(ordinal, drawn, filled++);
            }
        }
        for (int i = 0; i < outs; i++) {
            weights.set(out[i], outCounts[i]);
        }
    }

    private void take(int ordinal, int[] drawn, int slot) {
        drawn[slot] = ordinal;
        identities.newcomers().remove(ordinal);
    }

    /** Batches are small: looking through one is faster than marking who is in it. */
    private static boolean isIn(int[] drawn, int filled, int ordinal) {
        for (int i = 0; i < filled; i++) {
            if (drawn[i] == ordinal) {
                return true;
            }
        }
        return false;
    }
}
