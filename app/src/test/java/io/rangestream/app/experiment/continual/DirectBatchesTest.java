package io.rangestream.app.experiment.continual;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.ingest.source.FaceRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DirectBatchesTest {
    private static final int CROPS = 8;

    private final List<FaceRef> arrival = IntStream.range(0, 100)
            .mapToObj(i -> new FaceRef("p" + i / 10, "p%d/%d".formatted(i / 10, i), 1, i))
            .toList();

    @Test
    void theRawStreamIsAWindowThatMovesEvenlyFromTheFirstFaceToTheLast() {
        int steps = 40;
        int last = 0;
        for (int step = 1; step <= steps; step++) {
            List<FaceRef> batch = DirectBatches.recent(arrival, CROPS, step, steps);
            assertEquals(CROPS, batch.size());
            int first = arrival.indexOf(batch.get(0));
            assertEquals(arrival.subList(first, first + CROPS), batch);
            assertTrue(first - last <= 3, "no face is passed over");
            last = first;
        }
        assertEquals(
                arrival.get(0), DirectBatches.recent(arrival, CROPS, 1, steps).get(0));
        assertEquals(arrival.size() - CROPS, last);
    }

    @Test
    void aStreamShorterThanABatchIsTheBatch() {
        assertEquals(arrival.subList(0, 3), DirectBatches.recent(arrival.subList(0, 3), CROPS, 1, 1));
    }

    @Test
    void offlineEveryFaceIsAsLikely() {
        // When 2,000 batches are drawn: 160 times each face in the mean, standard deviation 12.6
        Map<FaceRef, Integer> drawn = new HashMap<>();
        for (int step = 1; step <= 2_000; step++) {
            DirectBatches.byImage(arrival, CROPS, step, 1).forEach(face -> drawn.merge(face, 1, Integer::sum));
        }

        // Then none is six deviations away
        assertEquals(arrival.size(), drawn.size());
        assertTrue(drawn.values().stream().allMatch(n -> n > 84 && n < 236), drawn.toString());
    }

    @Test
    void offlineTheDrawIsAFunctionOfSeedAndStep() {
        List<FaceRef> drawn = DirectBatches.byImage(arrival, CROPS, 5, 1);
        assertEquals(drawn, DirectBatches.byImage(arrival, CROPS, 5, 1));
        assertNotEquals(drawn, DirectBatches.byImage(arrival, CROPS, 6, 1));
        assertNotEquals(drawn, DirectBatches.byImage(arrival, CROPS, 5, 2));
    }
}
