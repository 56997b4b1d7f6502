package io.rangestream.sampler.internal.draw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class OrdinalQueueTest {

    @Property(tries = 300)
    void theFirstToComeIsTheFirstWhoeverLeavesInBetween(
            @ForAll @Size(max = 60) List<@IntRange(min = -70, max = 200) Integer> steps) {
        var queue = new OrdinalQueue();
        var plain = new LinkedHashSet<Integer>();
        for (int step : steps) {
            // Negative numbers take out someone who may or may not be there
            if (step < 0) {
                queue.remove(-step);
                plain.remove(-step);
            } else {
                queue.add(step);
                plain.add(step);
            }
        }
        for (int expected : plain) {
            assertEquals(expected, queue.first());
            queue.remove(expected);
        }
        assertEquals(true, queue.isEmpty());
    }

    @Test
    void nobodyIsFirstOfNobody() {
        assertThrows(IllegalStateException.class, () -> new OrdinalQueue().first());
    }
}
