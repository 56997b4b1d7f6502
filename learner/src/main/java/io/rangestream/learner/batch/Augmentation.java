package io.rangestream.learner.batch;

import java.util.SplittableRandom;

/**
 * Mirror image at even odds and a shift of up to four pixels each way with the edge repeated, as the reference training
 * has it; scaled to {@code (v - 127.5) / 128}.
 */
final class Augmentation {
    private static final int MAX_SHIFT = 4;
    private static final float MEAN = 127.5f;
    private static final float SCALE = 1 / 128f;

    private Augmentation() {}

    /**
     * Writes an augmented crop.
     *
     * @param crop planar {@code [3, size, size]}
     * @param to network input, {@code [n, 3, size, size]}
     * @param at where the crop begins in it
     */
    static void write(byte[] crop, int size, SplittableRandom random, float[] to, int at) {
        boolean mirror = random.nextInt(2) == 1;
        int dx = random.nextInt(-MAX_SHIFT, MAX_SHIFT + 1);
        int dy = random.nextInt(-MAX_SHIFT, MAX_SHIFT + 1);
        int out = at;
        for (int channel = 0; channel < 3; channel++) {
            for (int y = 0; y < size; y++) {
                int row = (channel * size + clamp(y - dy, size)) * size;
                for (int x = 0; x < size; x++) {
                    int column = clamp(x - dx, size);
                    int value = crop[row + (mirror ? size - 1 - column : column)] & 0xFF;
                    to[out++] = (value - MEAN) * SCALE;
                }
            }
        }
    }

    /** Writes a crop as it is, for evaluation. */
    static void writePlain(byte[] crop, float[] to, int at) {
        for (int i = 0; i < crop.length; i++) {
            to[at + i] = ((crop[i] & 0xFF) - MEAN) * SCALE;
        }
    }

    private static int clamp(int at, int size) {
        return Math.max(0, Math.min(size - 1, at));
    }
}
