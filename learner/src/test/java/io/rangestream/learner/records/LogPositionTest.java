package io.rangestream.learner.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.records.LogPosition.Order;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LogPositionTest {
    private final LogPosition position = new LogPosition();

    @Test
    void aTasksFirstSequenceIsOneAndALaterOneMayBeWhereTheTopicHasLostItsBeginning() {
        assertEquals(-1, position.nextOffset());
        position.begin(0);
        assertEquals(Order.NEXT, position.check("0_0", 1));
        assertEquals(Order.AHEAD, position.check("0_0", 512));
        assertFalse(position.mayBeginLater("0_0"));

        var later = new LogPosition();
        later.begin(77);
        assertTrue(later.mayBeginLater("0_0"));
        later.beginTask("0_0", 512);
        assertEquals(Order.NEXT, later.check("0_0", 512));
        assertFalse(later.mayBeginLater("0_0"));
    }

    @Test
    void theNextSequenceIsNextAndEarlierOnesAreRepeated() {
        position.trained("0_0", 5, 0);

        assertEquals(Order.REPEATED, position.check("0_0", 4));
        assertEquals(Order.REPEATED, position.check("0_0", 5));
        assertEquals(Order.NEXT, position.check("0_0", 6));
        assertEquals(Order.AHEAD, position.check("0_0", 7));
    }

    @Test
    void readingGoesOnAtTheFirstRecordInDoubtAndLooksAtNoOtherTwice() {
        position.begin(10);
        position.passed(10);
        position.doubt(11);
        position.passed(12);

        assertFalse(position.isProven());
        assertEquals(11, position.nextOffset());
        assertFalse(position.isBehind(11));
        assertTrue(position.isBehind(12));
        assertFalse(position.isBehind(13));

        position.passedForeign(11);
        assertTrue(position.isProven());
        assertEquals(13, position.nextOffset());
        assertEquals(1, position.foreignRecords());
    }

    @Test
    void doubtsEndWithTheRecordsThatLeaveTheTopic() {
        position.begin(10);
        position.doubt(10);
        position.forgetDoubtsBefore(11);

        assertTrue(position.isProven());
    }

    @Test
    void goingOnIsRememberedForTheNextVersionAndCountedForGood() {
        position.trained("0_0", 5, 0);

        position.goOn("0_0", 8);

        assertEquals(Order.NEXT, position.check("0_0", 8));
        assertEquals(2, position.lostRecords());
        assertEquals(
                List.of("by order, training went on with batch 8 of sampler task 0_0 without the 2 before it"),
                position.remarks());
        position.versionMade();
        assertEquals(List.of(), position.remarks());
        assertEquals(2, position.lostRecords());
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
        position.begin(0);
        position.passed(76);
        position.passedForeign(77);
        position.doubt(79);
        position.goOn("0_2", 3);
        var bytes = new ByteArrayOutputStream();
        position.save(new DataOutputStream(bytes));

        var loaded = new LogPosition();
        loaded.trained("0_9", 3, 1);
        loaded.load(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));

        assertEquals(79, loaded.nextOffset());
        assertFalse(loaded.mayBeginLater("0_7"));
        assertEquals(1, loaded.foreignRecords());
        assertEquals(2, loaded.lostRecords());
        assertEquals(position.remarks(), loaded.remarks());
        assertEquals(Map.of("0_0", 5L, "0_1", 2L, "0_2", 2L), loaded.sequences());
        assertEquals(Map.of("0_1", 2L), loaded.erasures());
        assertEquals(Map.of("0_0", 8L, "0_1", 0L), loaded.holdout());
    }
}
