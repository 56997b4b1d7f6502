package io.rangestream.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class QuantilesTest {
    @Test
    void quantilesAreNearestRanks() {
        assertEquals(
                new Quantiles(1, 25, 50, 75, 90, 100),
                Quantiles.of(LongStream.rangeClosed(1, 100).boxed().toList()));
        assertEquals(
                new Quantiles(1, 1, 1, 1, 1, 530), Quantiles.of(List.of(530L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L)));
        assertEquals(new Quantiles(4, 4, 4, 4, 4, 4), Quantiles.of(List.of(4L)));
        assertEquals(new Quantiles(0, 0, 0, 0, 0, 0), Quantiles.of(List.of()));
    }
}
