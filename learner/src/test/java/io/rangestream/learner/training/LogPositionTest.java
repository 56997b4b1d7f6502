package io.rangestream.learner.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.rangestream.learner.training.LogPosition.Order;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LogPositionTest {
    private final LogPosition position = new LogPosition();

    @Test
    void aModelThatBeginsNowMayBeginInTheMiddleOfTheTopic() {
        assertEquals(-1, position.nextOffset());
        assertEquals(Order.NEXT, position.check("0_0", 512));
    }

    @Test
    void theNextSequenceIsNextAndEarlierOnesAreRepeated() {
        position.trained("0_0", 5, 0);

        assertEquals(Order.REPEATED, position.check("0_0", 4));
        assertEquals(Order.REPEATED, position.check("0_0", 5));
        assertEquals(Order.NEXT, position.check("0_0", 6));
    }

    @Test
    void aGapIsAnErrorThatNamesWhatLiesAroundIt() {
        position.trained("0_0", 5, 0);

        var e = assertThrows(TrainingException.class, () -> position.check("0_0", 7));

        assertEquals(
                "sampler task 0_0: batch 7 follows batch 5; what lies between is missing from the batches topic",
                e.getMessage());
    }

    @Test
    void batchesAndErasuresShareTheSequenceOfTheirTaskAlone() {
        position.trained("0_0", 5, 0);
        position.trained("0_1", 9, 0);
        position.erased("0_0", 6, 0);

        assertEquals(Order.NEXT, position.check("0_0", 7));
        assertEquals(Order.NEXT, position.check("0_1", 10));
        assertEquals(Map.of("0_0", 6L, "0_1", 9L), position.sequences());
        assertEquals(Map.of("0_0", 6L), position.erasures());
    }

    @Test
    void theHoldoutNeverShrinks() {
        position.trained("0_0", 1, 8);
        position.trained("0_0", 2, 3);

        position.erased("0_0", 3, 0);

        assertEquals(Map.of("0_0", 8L), position.holdout());
    }

    @Test
    void anErasureNamesTheHoldoutAsABatchDoes() {
        position.trained("0_0", 1, 8);
        position.erased("0_0", 2, 10);

        assertEquals(Map.of("0_0", 10L), position.holdout());
    }

    @Test
    void whatIsSavedIsLoadedInPlaceOfWhatWasThere() throws IOException {
        position.trained("0_0", 5, 8);
        position.erased("0_1", 2, 0);
        position.setNextOffset(77);
        var bytes = new ByteArrayOutputStream();
        position.save(new DataOutputStream(bytes));

        var loaded = new LogPosition();
        loaded.trained("0_9", 3, 1);
        loaded.load(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));

        assertEquals(77, loaded.nextOffset());
        assertEquals(Map.of("0_0", 5L, "0_1", 2L), loaded.sequences());
        assertEquals(Map.of("0_1", 2L), loaded.erasures());
        assertEquals(Map.of("0_0", 8L, "0_1", 0L), loaded.holdout());
    }
}
