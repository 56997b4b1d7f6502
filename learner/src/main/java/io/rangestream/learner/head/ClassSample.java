package io.rangestream.learner.head;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * The rows over which the softmax of one step runs: all of them, or those of the batch and some of the others, drawn uniformly without
 * replacement from the step's seed. Drawing takes time in proportion to the rows drawn, however many there are. Not thread-safe.
 */
final class ClassSample {

    /** Sets these draws apart from others of the same step. */
    private static final long SALT = 0x5DEECE66D1CE5EEDL;

    private final int above;
    private final int others;
    private final BitSet taken = new BitSet();
    private int[] rows = new int[0];
    private int certain;
    private int count;
    private double logWeight;

    /**
     * @param above rows up to which all are taken
     * @param others rows drawn beside those of the batch beyond that
     */
    ClassSample(int above, int others) {
        this.above = above;
        this.others = others;
    }

    /** Chooses the rows of a step. */
    void draw(ClassRows head, int[] targets, int n, long seed) {
        logWeight = 0;
        if (head.size() <= above) {
            takeAll(head);
            return;
        }
        takeTargets(targets, n);
        int left = head.size() - certain;
        if (left <= others) {
            takeAll(head);
            return;
        }
        drawOthers(head, new SplittableRandom(seed ^ SALT));
        logWeight = Math.log((double) left / others);
    }

    /** Forgets the rows. */
    void clear() {
        count = 0;
    }

    int count() {
        return count;
    }

    int row(int slot) {
        return rows[slot];
    }

    /** Place of a row of the batch among the rows chosen. */
    int slotOf(int row) {
        return Arrays.binarySearch(rows, 0, certain, row);
    }

    /**
     * Logarithm of how many rows this one stands for: 0 for rows that are always taken, else that of the inverse of its probability of
     * being drawn.
     */
    double logWeight(int slot) {
        return slot < certain ? 0 : logWeight;
    }

    private void takeAll(ClassRows head) {
        reserve(head.size());
        count = 0;
        for (int row = 0; row < head.end(); row++) {
            if (!head.isFree(row)) {
                rows[count++] = row;
            }
        }
        certain = count;
    }

    private void takeTargets(int[] targets, int n) {
        reserve(n + others);
        System.arraycopy(targets, 0, rows, 0, n);
        Arrays.sort(rows, 0, n);
        certain = 0;
        for (int i = 0; i < n; i++) {
            if (certain == 0 || rows[i] != rows[certain - 1]) {
                rows[certain++] = rows[i];
            }
        }
        count = certain;
    }

    private void drawOthers(ClassRows head, SplittableRandom random) {
        for (int i = 0; i < certain; i++) {
            taken.set(rows[i]);
        }
        while (count < certain + others) {
            int row = random.nextInt(head.end());
            if (!taken.get(row) && !head.isFree(row)) {
                taken.set(row);
                rows[count++] = row;
            }
        }
        for (int i = 0; i < count; i++) {
            taken.clear(rows[i]);
        }
        Arrays.sort(rows, certain, count); // Neighbours in memory one after the other.
    }

    private void reserve(int length) {
        if (rows.length < length) {
            rows = new int[length + length / 4];
        }
    }
}
