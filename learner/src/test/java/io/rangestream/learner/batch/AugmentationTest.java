package io.rangestream.learner.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
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
    private final Augmentation plain = new Augmentation(SIZE, AugmentationSettings.defaults());

    @Test
    void everyResultIsTheCropMirroredOrNotAndMovedByDrawnPixels() {
        for (int seed = 0; seed < TRIES; seed++) {
            var to = new float[LENGTH];
            plain.write(crop, new SplittableRandom(seed), to, 0);

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

        plain.write(crop, new SplittableRandom(1), to, 1);

        assertEquals(0, to[0]);
        assertEquals(0, to[LENGTH + 1]);
        assertArrayEquals(expected(new SplittableRandom(1)), Arrays.copyOfRange(to, 1, LENGTH + 1));
    }

    @Test
    void aPlainCropIsOnlyScaled() {
        var to = new float[5];

        Augmentation.writePlain(new byte[] {0, 127, (byte) 128, (byte) 255}, to, 1);

        assertArrayEquals(new float[] {0, -127.5f / 128, -0.5f / 128, 0.5f / 128, 127.5f / 128}, to);
    }

    @Test
    void withoutFlipAndShiftTheCropStaysAsItIs() {
        var to = new float[LENGTH];
        var expected = new float[LENGTH];
        Augmentation.writePlain(crop, expected, 0);

        for (int seed = 0; seed < 50; seed++) {
            new Augmentation(SIZE, nothingBut(0, 0, 0, 0)).write(crop, new SplittableRandom(seed), to, 0);
            assertArrayEquals(expected, to);
        }
    }

    @Test
    void scalingStretchesARampAboutItsMiddle() {
        int size = 32;
        var ramp = new byte[3 * size * size];
        for (int i = 0; i < ramp.length; i++) {
            ramp[i] = (byte) (50 + 4 * (i % size));
        }
        var scaled = new Augmentation(size, nothingBut(0.25, 0, 0, 0));
        double steepest = 0;
        double flattest = 9;
        for (int seed = 0; seed < 300; seed++) {
            var to = new float[ramp.length];
            scaled.write(ramp, new SplittableRandom(seed), to, 0);
            float[] row = Arrays.copyOfRange(to, 20 * size, 21 * size);
            double slope = 128 * (row[16] - row[15]);
            for (int x = 8; x < 24; x++) {
                assertEquals(slope, 128 * (row[x + 1] - row[x]), 1e-3, "straight inside");
            }
            assertEquals(50 + 4 * 15.5 - 127.5, 128 * (row[15] + row[16]) / 2, 1e-3, "the middle stays");
            steepest = Math.max(steepest, slope);
            flattest = Math.min(flattest, slope);
        }
        assertEquals(4 / 0.75, steepest, 0.1);
        assertEquals(4 / 1.25, flattest, 0.1);
    }

    @Test
    void brightnessMovesAllPixelsAlikeWithinItsShareAndTheRangeOfPixels() {
        var bright = new Augmentation(SIZE, nothingBut(0, 0.4, 0, 0));
        var grey = new byte[LENGTH];
        Arrays.fill(grey, (byte) 200);
        float least = 9;
        float most = -9;
        for (int seed = 0; seed < 500; seed++) {
            var to = new float[LENGTH];
            bright.write(grey, new SplittableRandom(seed), to, 0);
            for (float v : to) {
                assertEquals(to[0], v);
            }
            least = Math.min(least, to[0]);
            most = Math.max(most, to[0]);
        }
        assertEquals((200 - 127.5 - 0.4 * 127.5) / 128, least, 0.01);
        assertEquals((200 - 127.5 + 0.4 * 127.5) / 128, most, 0.01);
        Arrays.fill(grey, (byte) 250);
        for (int seed = 0; seed < 100; seed++) {
            var to = new float[LENGTH];
            bright.write(grey, new SplittableRandom(seed), to, 0);
            assertTrue(to[0] <= 127.5f / 128);
        }
    }

    @Test
    void contrastStretchesAboutMidGrey() {
        var contrast = new Augmentation(SIZE, nothingBut(0, 0, 0.5, 0));
        var two = new byte[LENGTH];
        Arrays.fill(two, (byte) 147);
        Arrays.fill(two, 0, 10, (byte) 108);
        double least = 9;
        double most = 0;
        for (int seed = 0; seed < 500; seed++) {
            var to = new float[LENGTH];
            contrast.write(two, new SplittableRandom(seed), to, 0);
            assertEquals(to[0], -to[LENGTH - 1], 1e-6, "108 and 147 lie alike about 127.5");
            double gain = to[LENGTH - 1] * 128 / 19.5;
            least = Math.min(least, gain);
            most = Math.max(most, gain);
        }
        assertEquals(0.5, least, 0.02);
        assertEquals(1.5, most, 0.02);
    }

    @Test
    void occlusionCoversASquareOfTheShareOfCropsAndNothingElse() {
        int size = 16;
        var white = new byte[3 * size * size];
        Arrays.fill(white, (byte) 255);
        var occluded = new Augmentation(size, nothingBut(0, 0, 0, 0.3));
        int covered = 0;
        Set<Integer> sides = new HashSet<>();
        for (int seed = 0; seed < 2000; seed++) {
            var to = new float[white.length];
            occluded.write(white, new SplittableRandom(seed), to, 0);
            int first = 0;
            while (first < size * size && to[first] != 0) {
                first++;
            }
            if (first == size * size) {
                continue;
            }
            covered++;
            int side = 0;
            while (first % size + side < size && to[first + side] == 0) {
                side++;
            }
            sides.add(side);
            for (int i = 0; i < to.length; i++) {
                int x = i % size - first % size;
                int y = i / size % size - first / size;
                boolean inside = x >= 0 && x < side && y >= 0 && y < side;
                assertEquals(inside ? 0f : 127.5f / 128, to[i]);
            }
        }
        assertEquals(600, covered, 80);
        assertEquals(Set.of(2, 3, 4, 5, 6), sides);
    }

    @Test
    void theSameSourceGivesTheSameCropAndAnotherOneAnother() {
        var all = new Augmentation(SIZE, new AugmentationSettings(true, 2, 0.2, 0.3, 0.3, 0.5));
        var first = new float[LENGTH];
        var second = new float[LENGTH];
        var other = new float[LENGTH];

        all.write(crop, new SplittableRandom(5), first, 0);
        all.write(crop, new SplittableRandom(5), second, 0);
        all.write(crop, new SplittableRandom(6), other, 0);

        assertArrayEquals(first, second);
        assertTrue(!Arrays.equals(first, other));
    }

    @Test
    void settingsThatDoNotFitAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new AugmentationSettings(true, -1, 0, 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> nothingBut(0.6, 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> nothingBut(0, Double.NaN, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> nothingBut(0, 0, 1.1, 0));
        assertThrows(IllegalArgumentException.class, () -> nothingBut(0, 0, 0, -0.1));
    }

    private static AugmentationSettings nothingBut(double scale, double brightness, double contrast, double occlusion) {
        return new AugmentationSettings(false, 0, scale, brightness, contrast, occlusion);
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
