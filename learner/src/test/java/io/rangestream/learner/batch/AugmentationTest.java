package io.rangestream.learner.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AugmentationTest {
    private static final int SIZE = 6;
    private static final int LENGTH = 3 * SIZE * SIZE;
    private static final int TRIES = 2000;

    private final byte[] crop = crop();

    @Test
    void everyResultIsTheCropMirroredOrNotAndMovedByDrawnPixels() {
        for (int seed = 0; seed < TRIES; seed++) {
            var to = new float[LENGTH];
            Augmentation.write(crop, SIZE, new SplittableRandom(seed), to, 0);

            assertArrayEquals(expected(new SplittableRandom(seed)), to, "seed " + seed);
        }
    }

    @Test
    void bothHandsAndAllShiftsAppear() {
        Set<List<Integer>> seen = new HashSet<>();
        for (int seed = 0; seed < TRIES; seed++) {
            var random = new SplittableRandom(seed);
            seen.add(List.of(random.nextInt(2), random.nextInt(-4, 5), random.nextInt(-4, 5)));
        }

        // Two hands, nine columns, nine rows: were one missing, the comparison above would not have tried it.
        assertEquals(2 * 9 * 9, seen.size());
    }

    @Test
    void nothingOutsideItsPlaceIsWritten() {
        var to = new float[LENGTH + 2];

        Augmentation.write(crop, SIZE, new SplittableRandom(1), to, 1);

        assertEquals(0, to[0]);
        assertEquals(0, to[LENGTH + 1]);
        assertArrayEquals(expected(new SplittableRandom(1)), java.util.Arrays.copyOfRange(to, 1, LENGTH + 1));
    }

    @Test
    void aPlainCropIsOnlyScaled() {
        var to = new float[5];

        Augmentation.writePlain(new byte[] {0, 127, (byte) 128, (byte) 255}, to, 1);

        assertArrayEquals(new float[] {0, -127.5f / 128, -0.5f / 128, 0.5f / 128, 127.5f / 128}, to);
    }

    /** Pads the mirrored or plain crop by its edge on all sides and cuts the shifted square out of that. */
    private float[] expected(SplittableRandom random) {
        boolean mirror = random.nextInt(2) == 1;
        int dx = random.nextInt(-4, 5);
        int dy = random.nextInt(-4, 5);
        int pad = 4;
        int wide = SIZE + 2 * pad;
        var result = new float[LENGTH];
        for (int c = 0; c < 3; c++) {
            var padded = new int[wide][wide];
            for (int y = 0; y < wide; y++) {
                for (int x = 0; x < wide; x++) {
                    int inY = Math.min(Math.max(y - pad, 0), SIZE - 1);
                    int inX = Math.min(Math.max(x - pad, 0), SIZE - 1);
                    if (mirror) {
                        inX = SIZE - 1 - inX;
                    }
                    padded[y][x] = crop[(c * SIZE + inY) * SIZE + inX] & 0xFF;
                }
            }
            for (int y = 0; y < SIZE; y++) {
                for (int x = 0; x < SIZE; x++) {
                    result[(c * SIZE + y) * SIZE + x] = (padded[y + pad - dy][x + pad - dx] - 127.5f) / 128;
                }
            }
        }
        return result;
    }

    private static byte[] crop() {
        var crop = new byte[LENGTH];
        new Random(3).nextBytes(crop);
        return crop;
    }
}
