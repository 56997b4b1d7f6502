package io.rangestream.sampler.internal.draw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class FenwickTreeTest {

    @Property(tries = 200)
    void findsWhatAPlainScanFinds(@ForAll @Size(min = 1, max = 80) List<@IntRange(max = 300) Integer> writes) {
        var tree = new FenwickTree();
        var plain = new TreeMap<Integer, Long>();
        for (int i = 0; i < writes.size(); i++) {
            int position = writes.get(i);
            long weight = (i * 7L) % 5;
            tree.set(position, weight);
            plain.put(position, weight);
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
}
