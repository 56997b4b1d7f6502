package io.rangestream.learner.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PictureTest {
    private static final int SIZE = 48;

    @Test
    void noiseAndBrightnessChangeTheLookLittleAndAnotherPictureMuch() {
        long one = Picture.look(scene(1, 0, 0), SIZE);
        assertEquals(one, Picture.look(scene(1, 0, 0), SIZE));
        assertTrue(Long.bitCount(one ^ Picture.look(scene(1, 3, 10), SIZE)) <= 3);
        assertTrue(Long.bitCount(one ^ Picture.look(scene(2, 0, 0), SIZE)) > 12);
    }

    /** Blotches that a seed places, with noise and brighter by so much. */
    private static byte[] scene(long seed, int noise, int brighter) {
        var places = new Random(seed);
        double[][] blotches = new double[6][];
        for (int i = 0; i < blotches.length; i++) {
            blotches[i] = new double[] {places.nextInt(SIZE), places.nextInt(SIZE), 40 + places.nextInt(80)};
        }
        var random = new Random(seed + 100);
        byte[] crop = new byte[3 * SIZE * SIZE];
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                double value = 20 + brighter;
                for (double[] blotch : blotches) {
                    double distance = Math.hypot(x - blotch[0], y - blotch[1]);
                    value += blotch[2] * Math.exp(-distance * distance / 200);
                }
                int noisy = (int) Math.round(value + noise * random.nextGaussian());
                for (int channel = 0; channel < 3; channel++) {
                    crop[(channel * SIZE + y) * SIZE + x] = (byte) Math.max(0, Math.min(255, noisy));
                }
            }
        }
        return crop;
    }
}
