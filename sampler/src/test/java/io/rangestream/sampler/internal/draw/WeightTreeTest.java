package io.rangestream.sampler.internal.draw;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class WeightTreeTest {
    private static final long[] WEIGHTS = {0, 1, 2, 5, 3};

    @Property(tries = 200)
    void findsWhatAPlainScanFinds(@ForAll @Size(min = 1, max = 80) List<@IntRange(max = 3000) Integer> writes) {
        var tree = new WeightTree(WEIGHTS);
        var plain = new TreeMap<Integer, Long>();
        for (int i = 0; i < writes.size(); i++) {
            int position = writes.get(i);
            int count = (i * 7) % 5;
            tree.set(position, count);
            plain.put(position, WEIGHTS[count]);
        }
        long total = plain.values().stream().mapToLong(Long::longValue).sum();
        assertEquals(total, tree.total());
        long below = 0;
        for (var entry : plain.entrySet()) {
            assertEquals(entry.getValue(), tree.weight(entry.getKey()));
            for (long at = below; at < below + entry.getValue(); at++) {
                assertEquals(entry.getKey(), tree.find(at));
            }
            below += entry.getValue();
        }
        assertThrows(IllegalArgumentException.class, () -> tree.find(total));
    }

    @Property(tries = 200)
    void goesRoundThroughThoseWithAWeight(@ForAll @Size(min = 1, max = 60) List<@IntRange(max = 40_000) Integer> set) {
        var tree = new WeightTree(WEIGHTS);
        var plain = new TreeMap<Integer, Boolean>();
        for (int i = 0; i < set.size(); i++) {
            boolean positive = i % 3 > 0 || i == 0;
            tree.set(set.get(i), positive ? 1 : 0);
            plain.put(set.get(i), positive);
        }
        plain.values().removeIf(positive -> !positive);
        if (plain.isEmpty()) {
            assertThrows(IllegalStateException.class, () -> tree.next(0));
            return;
        }
        for (int from : List.of(0, 1, 31, 32, 33, 1023, 1024, 32_767, 39_999, 40_000, 1 << 20)) {
            Integer after = plain.ceilingKey(from);
            assertEquals(after == null ? plain.firstKey() : after, tree.next(from), "from " + from);
        }
        plain.keySet().forEach(position -> assertEquals(position, tree.next(position)));
    }

    @Property(tries = 200)
    void proposalsComeFromThePositionsInUseWhateverWasSetAndTakenBack(
            @ForAll @Size(min = 1, max = 60) List<@IntRange(max = 3000) Integer> writes) {
        // Given two trees of the same weights, one with a history
        var tree = new WeightTree(WEIGHTS);
        var fresh = new WeightTree(WEIGHTS);
        var plain = new TreeMap<Integer, Integer>();
        for (int i = 0; i < writes.size(); i++) {
            tree.set(writes.get(i), (i * 7) % 5);
            plain.put(writes.get(i), (i * 7) % 5);
        }
        plain.forEach(fresh::set);
        assertEquals(fresh.isEven(), tree.isEven());
        if (tree.total() == 0) {
            return;
        }
        // When both propose with equal randomness, then they propose and accept the same, and nobody without a weight
        int[] proposed = new int[64];
        int[] other = new int[64];
        boolean[] accepted = new boolean[64];
        boolean[] otherAccepted = new boolean[64];
        tree.propose(DrawRandom.of(1, 0, 0), proposed, accepted);
        fresh.propose(DrawRandom.of(1, 0, 0), other, otherAccepted);
        assertArrayEquals(other, proposed);
        assertArrayEquals(otherAccepted, accepted);
        int end = plain.entrySet().stream()
                .filter(entry -> WEIGHTS[entry.getValue()] > 0)
                .mapToInt(entry -> entry.getKey() + 1)
                .max()
                .orElseThrow();
        for (int i = 0; i < proposed.length; i++) {
            assertTrue(proposed[i] < end);
            assertTrue(!accepted[i] || tree.weight(proposed[i]) > 0);
        }
    }

    @Test
    void acceptedProposalsAreInProportionToTheWeights() {
        var tree = new WeightTree(WEIGHTS);
        for (int i = 0; i < 5; i++) {
            tree.set(i, i);
        }
        long[] hits = new long[5];
        int[] proposed = new int[100_000];
        boolean[] accepted = new boolean[proposed.length];
        tree.propose(DrawRandom.of(5, 0, 0), proposed, accepted);
        long all = 0;
        for (int i = 0; i < proposed.length; i++) {
            if (accepted[i]) {
                hits[proposed[i]]++;
                all++;
            }
        }
        assertEquals(0, hits[0]);
        double chiSquare = 0;
        for (int i = 1; i < 5; i++) {
            double expected = all * WEIGHTS[i] / 11.0;
            chiSquare += (hits[i] - expected) * (hits[i] - expected) / expected;
        }
        assertTrue(chiSquare < 16.27, "99.9 % quantile with 3 degrees of freedom: " + chiSquare);
    }

    @Test
    void weightsSetOneAfterTheOtherFromTheSmallestOnStayThroughEveryGrowth() {
        var tree = new WeightTree(WEIGHTS);
        for (int i = 0; i < 40_000; i++) {
            tree.set(i, 2);
            assertEquals(2L * (i + 1), tree.total());
        }
        for (int i = 0; i < 40_000; i++) {
            assertEquals(i, tree.find(2L * i + 1));
        }
    }
}
