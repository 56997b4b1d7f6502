package io.rangestream.learner.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.rangestream.avro.BatchFace;
import io.rangestream.avro.Encoding;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.learner.TrustedRecords;
import io.rangestream.schemas.image.InvalidImageException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TrustedRecords.class)
class BatchPreparerTest {
    private static final int SIZE = 16;
    private static final int CROP = 3 * SIZE * SIZE;

    private final CropCache cache = new CropCache(1 << 20);
    private final BatchPreparer preparer = preparer(1, cache);

    @AfterEach
    void close() {
        preparer.close();
    }

    @Test
    void theSameBatchGivesTheSameFloats() throws Exception {
        TrainingBatch batch = batch("0_0", 5, face("ann", 1), face("ann", 2), face("bob", 3));
        float[] first = floats(preparer.prepare(batch).get());

        try (var other = preparer(1, new CropCache(0))) {
            other.prepare(batch("0_1", 9, face("eve", 4))).get();

            assertArrayEquals(first, floats(other.prepare(batch).get()));
        }
        assertArrayEquals(first, floats(preparer.prepare(batch).get()), "also from the cache");
    }

    @Test
    void anotherSequenceTaskOrSeedAugmentsOtherwise() throws Exception {
        BatchFace[] faces = {face("ann", 1), face("ann", 2), face("bob", 3), face("bob", 4)};
        float[] floats = floats(preparer.prepare(batch("0_0", 5, faces)).get());

        assertDiffers(floats, preparer, batch("0_0", 6, faces));
        assertDiffers(floats, preparer, batch("0_1", 5, faces));
        try (var otherSeed = preparer(2, cache)) {
            assertDiffers(floats, otherSeed, batch("0_0", 5, faces));
        }
    }

    @Test
    void aCropThatCannotBeDecodedIsLeftOutAndCountedAndLeavesTheOthersAsTheyWere() throws Exception {
        PreparedBatch sound = preparer.prepare(batch("0_0", 1, face("ann", 1), face("bob", 2), face("cat", 3)))
                .get();

        PreparedBatch prepared = preparer.prepare(batch("0_0", 1, face("ann", 1), damaged("bob"), face("cat", 3)))
                .get();

        assertEquals(List.of("ann", "cat"), prepared.identities());
        assertEquals(1, prepared.leftOut().size());
        assertEquals("bob", prepared.leftOut().get(0).identity());
        assertEquals(2, prepared.size());
        assertArrayEquals(crop(sound, 0), crop(prepared, 0));
        assertArrayEquals(crop(sound, 2), crop(prepared, 1));
        assertEquals(List.of(), sound.leftOut());
    }

    @Test
    void aCropIsDecodedOnce() throws Exception {
        preparer.prepare(batch("0_0", 1, face("ann", 1), face("ann", 2))).get();
        assertEquals(0, cache.usage().hits());

        preparer.prepare(batch("0_0", 2, face("ann", 1), face("ann", 2))).get();

        assertEquals(2, cache.usage().hits());
        assertEquals(2, cache.usage().misses());
    }

    @Test
    void aReturnedArrayIsUsedAgainWithoutATraceOfItsOldCrops() throws Exception {
        PreparedBatch old = preparer.prepare(batch("0_0", 1, face("ann", 1), face("ann", 2), face("bob", 3)))
                .get();
        preparer.release(old);
        TrainingBatch next = batch("0_0", 2, damaged("eve"), face("eve", 8));

        PreparedBatch reused = preparer.prepare(next).get();

        assertSame(old.crops(), reused.crops());
        assertEquals(List.of("eve"), reused.identities());
        try (var fresh = preparer(1, new CropCache(0))) {
            assertArrayEquals(floats(fresh.prepare(next).get()), floats(reused));
        }
    }

    @Test
    void anArrayThatIsTooShortIsNotUsed() throws Exception {
        preparer.release(preparer.prepare(batch("0_0", 1, face("ann", 1))).get());

        PreparedBatch larger = preparer.prepare(batch("0_0", 2, face("ann", 1), face("ann", 2)))
                .get();

        assertEquals(2 * CROP, floats(larger).length);
    }

    @Test
    void aFaceForEvaluationIsDecodedAsItIs() throws Exception {
        var pixels = new byte[CROP];
        Arrays.fill(pixels, (byte) 9);

        byte[] crop = preparer.decode(ByteBuffer.wrap(pixels), Encoding.RAW_RGB, SIZE, SIZE)
                .get();

        assertArrayEquals(pixels, crop);
        var e = assertThrows(
                ExecutionException.class, () -> preparer.decode(ByteBuffer.wrap(pixels), Encoding.PNG, SIZE, SIZE)
                        .get());
        assertInstanceOf(InvalidImageException.class, e.getCause());
    }

    private static BatchPreparer preparer(long seed, CropCache cache) {
        return new BatchPreparer(SIZE, 10_000, seed, cache, AugmentationSettings.defaults());
    }

    private static void assertDiffers(float[] floats, BatchPreparer preparer, TrainingBatch batch) throws Exception {
        assertFalse(Arrays.equals(floats, floats(preparer.prepare(batch).get())));
    }

    private static float[] floats(PreparedBatch batch) {
        return Arrays.copyOf(batch.crops(), batch.size() * CROP);
    }

    private static float[] crop(PreparedBatch batch, int index) {
        return Arrays.copyOfRange(batch.crops(), index * CROP, (index + 1) * CROP);
    }

    private static TrainingBatch batch(String task, long sequence, BatchFace... faces) {
        return TrainingBatch.newBuilder()
                .setBatchId(task + "/" + sequence)
                .setTask(task)
                .setSequence(sequence)
                .setIdentities(2)
                .setSamplesPerIdentity(2)
                .setFaces(List.of(faces))
                .build();
    }

    private static BatchFace face(String identity, int number) {
        var pixels = new byte[CROP];
        new Random(number).nextBytes(pixels);
        return BatchFace.newBuilder()
                .setIdentity(identity)
                .setFaceId("f" + number)
                .setEncoding(Encoding.RAW_RGB)
                .setWidth(SIZE)
                .setHeight(SIZE)
                .setImage(ByteBuffer.wrap(pixels))
                .build();
    }

    private static BatchFace damaged(String identity) {
        return BatchFace.newBuilder(face(identity, 99)).setWidth(SIZE + 1).build();
    }
}
