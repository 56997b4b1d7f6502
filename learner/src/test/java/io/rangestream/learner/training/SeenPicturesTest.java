package io.rangestream.learner.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.rangestream.learner.batch.Picture;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class SeenPicturesTest {
    private static final long ANN = 1;
    private static final long BOB = 2;
    private final SeenPictures seen = new SeenPictures();

    @Test
    void aPictureUnderTwoIdentitiesOfDifferentTasksIsCountedOnce() {
        seen.saw(new Picture(10, ANN, 7, 0, 0));
        seen.saw(new Picture(20, BOB, 7, 0, 0));
        assertEquals(0, seen.conflicts(), "the task itself counts those");
        seen.saw(new Picture(30, BOB, 7, 0, 1));
        seen.saw(new Picture(30, BOB, 7, 0, 1));
        assertEquals(1, seen.conflicts());
    }

    @Test
    void everyHolderOfAPictureIsCompared() {
        seen.saw(new Picture(10, ANN, 7, 0, 1));
        seen.saw(new Picture(20, BOB, 7, 0, 0));
        assertEquals(1, seen.conflicts());
        seen.saw(new Picture(11, ANN, 7, 0, 1));
        assertEquals(2, seen.conflicts(), "the first holder is hers, the second one's is not");
    }

    @Test
    void aLaterHolderCountsWhenTheFirstHasLeftBeforeAndAfterSaving() throws IOException {
        seen.saw(new Picture(-1, ANN, -7, 0, 0));
        seen.saw(new Picture(-2, ANN, -7, 0, 0));
        for (int i = 0; i < 16_383; i++) {
            seen.saw(new Picture(i, i + 100, i, 0, 0));
        }
        SeenPictures loaded = saved(seen);
        seen.saw(new Picture(-3, BOB, -7, 0, 1));
        loaded.saw(new Picture(-3, BOB, -7, 0, 1));
        assertEquals(1, seen.conflicts());
        assertEquals(1, loaded.conflicts());
    }

    @Test
    void cropsOfOnePersonThatLookAlikeAreCounted() {
        seen.saw(new Picture(10, ANN, 7, 0b0000, 0));
        seen.saw(new Picture(11, ANN, 8, 0b0111, 0));
        seen.saw(new Picture(12, ANN, 9, -1, 0));
        seen.saw(new Picture(13, BOB, 10, 0b0001, 0));
        seen.saw(new Picture(11, ANN, 8, 0b0111, 0));
        assertEquals(1, seen.nearDuplicates());
    }

    @Test
    void whoIsErasedIsForgotten() {
        seen.saw(new Picture(10, ANN, 7, 0, 0));
        seen.erase(ANN);
        seen.saw(new Picture(20, BOB, 7, 0, 1));
        assertEquals(0, seen.conflicts());
    }

    @Test
    void theOldestGoes() {
        seen.saw(new Picture(-1, ANN, -7, 0, 0));
        for (int i = 0; i < 16_384; i++) {
            seen.saw(new Picture(i, i + 100, i, 0, 0));
        }
        seen.saw(new Picture(-2, BOB, -7, 0, 1));
        assertEquals(0, seen.conflicts());
    }

    @Test
    void itIsTheSameAfterSaving() throws IOException {
        seen.saw(new Picture(10, ANN, 7, 0, 0));
        seen.saw(new Picture(11, ANN, 8, 1, 0));
        SeenPictures loaded = saved(seen);

        assertEquals(1, loaded.nearDuplicates());
        loaded.saw(new Picture(20, BOB, 7, 0, 1));
        loaded.saw(new Picture(11, ANN, 8, 1, 0));
        assertEquals(1, loaded.conflicts());
        assertEquals(1, loaded.nearDuplicates());
    }

    private static SeenPictures saved(SeenPictures seen) throws IOException {
        var bytes = new ByteArrayOutputStream();
        seen.save(new DataOutputStream(bytes));
        var loaded = new SeenPictures();
        loaded.load(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        return loaded;
    }
}
