package io.rangestream.learner.batch;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Varies crops and scales them to {@code (v - 127.5) / 128}. What happens to a crop depends on the settings and its own random source
 * alone, so a batch that is prepared again is the same. Thread-safe.
 */
final class Augmentation {
    private static final float MEAN = 127.5f;
    private static final float SCALE = 1 / 128f;
    private static final int LEVELS = 256;
    private static final float[] UNCHANGED = tone(1, 0);

    private final int size;
    private final AugmentationSettings settings;

    /** Source of the pixels of one axis: between {@code low} and {@code high}, by {@code weight} towards the latter. */
    private record Axis(int[] low, int[] high, float[] weight) {}

    /** @param size side of a crop, pixels */
    Augmentation(int size, AugmentationSettings settings) {
        this.size = size;
        this.settings = settings;
    }

    /**
     * Writes an augmented crop.
     *
     * @param crop planar {@code [3, size, size]}
     * @param to network input, {@code [n, 3, size, size]}
     * @param at where the crop begins in it
     */
    void write(byte[] crop, SplittableRandom random, float[] to, int at) {
        boolean mirror = settings.flip() && random.nextInt(2) == 1;
        int dx = random.nextInt(-settings.shift(), settings.shift() + 1);
        int dy = random.nextInt(-settings.shift(), settings.shift() + 1);
        double step = settings.scale() == 0 ? 1 : 1 / (1 + around(settings.scale(), random));
        float[] tone = tone(random);
        if (step == 1) {
            move(crop, mirror, dx, dy, tone, to, at);
        } else {
            resample(crop, axis(step, dx, mirror), axis(step, dy, false), tone, to, at);
        }
        if (settings.occlusion() > 0 && random.nextDouble() < settings.occlusion()) {
            cover(random, to, at);
        }
    }

    /** Writes a crop as it is, for evaluation. */
    static void writePlain(byte[] crop, float[] to, int at) {
        for (int i = 0; i < crop.length; i++) {
            to[at + i] = UNCHANGED[crop[i] & 0xFF];
        }
    }

    private void move(byte[] crop, boolean mirror, int dx, int dy, float[] tone, float[] to, int at) {
        int out = at;
        for (int channel = 0; channel < 3; channel++) {
            for (int y = 0; y < size; y++) {
                int row = (channel * size + clamp(y - dy)) * size;
                for (int x = 0; x < size; x++) {
                    int column = clamp(x - dx);
                    to[out++] = tone[crop[row + (mirror ? size - 1 - column : column)] & 0xFF];
                }
            }
        }
    }

    /** Bilinear, the edge repeated. */
    private void resample(byte[] crop, Axis columns, Axis rows, float[] tone, float[] to, int at) {
        int out = at;
        for (int channel = 0; channel < 3; channel++) {
            for (int y = 0; y < size; y++) {
                int upper = (channel * size + rows.low[y]) * size;
                int lower = (channel * size + rows.high[y]) * size;
                float down = rows.weight[y];
                for (int x = 0; x < size; x++) {
                    int left = columns.low[x];
                    int right = columns.high[x];
                    float across = columns.weight[x];
                    float above = mix(tone[crop[upper + left] & 0xFF], tone[crop[upper + right] & 0xFF], across);
                    float below = mix(tone[crop[lower + left] & 0xFF], tone[crop[lower + right] & 0xFF], across);
                    to[out++] = mix(above, below, down);
                }
            }
        }
    }

    /** @param step source pixels from one pixel to the next */
    private Axis axis(double step, int shift, boolean mirror) {
        var axis = new Axis(new int[size], new int[size], new float[size]);
        double middle = (size - 1) / 2.0;
        for (int i = 0; i < size; i++) {
            double source = Math.max(0, Math.min(size - 1.0, middle + (i - shift - middle) * step));
            int low = (int) source;
            int high = Math.min(size - 1, low + 1);
            axis.low[i] = mirror ? size - 1 - low : low;
            axis.high[i] = mirror ? size - 1 - high : high;
            axis.weight[i] = (float) (source - low);
        }
        return axis;
    }

    /** Grey, the zero of the network's input, on a square that lies inside. */
    private void cover(SplittableRandom random, float[] to, int at) {
        int side = Math.max(1, random.nextInt(size / 8, 3 * size / 8 + 1));
        int left = random.nextInt(size - side + 1);
        int top = random.nextInt(size - side + 1);
        for (int channel = 0; channel < 3; channel++) {
            for (int y = top; y < top + side; y++) {
                int from = at + (channel * size + y) * size + left;
                Arrays.fill(to, from, from + side, 0f);
            }
        }
    }

    private float[] tone(SplittableRandom random) {
        if (settings.brightness() == 0 && settings.contrast() == 0) {
            return UNCHANGED;
        }
        double gain = 1 + around(settings.contrast(), random);
        return tone(gain, MEAN * around(settings.brightness(), random));
    }

    /** Network input by pixel value; values stay in the range of pixels. */
    private static float[] tone(double gain, double offset) {
        var tone = new float[LEVELS];
        for (int v = 0; v < LEVELS; v++) {
            double value = (v - MEAN) * gain + offset;
            tone[v] = (float) Math.max(-MEAN, Math.min(MEAN, value)) * SCALE;
        }
        return tone;
    }

    /** Uniform between −amount and amount. */
    private static double around(double amount, SplittableRandom random) {
        return (2 * random.nextDouble() - 1) * amount;
    }

    private static float mix(float a, float b, float weight) {
        return a + weight * (b - a);
    }

    private int clamp(int at) {
        return Math.max(0, Math.min(size - 1, at));
    }
}
