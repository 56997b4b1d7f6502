package io.rangestream.schemas.image;

/**
 * Bilinear resampling with antialiasing: a triangle filter as wide as the reduction, first along rows, then along
 * columns, as Pillow's {@code BILINEAR} and PyTorch's {@code antialias=True} do. Plain bilinear sampling would skip
 * pixels when it reduces, and alias.
 */
final class Resampler {
    private final int width;
    private final int size;
    private final Taps horizontal;
    private final Taps vertical;

    private Resampler(int size, int width, int height) {
        this.size = size;
        this.width = width;
        this.horizontal = Taps.of(width, size);
        this.vertical = Taps.of(height, size);
    }

    static Resampler to(int size, int width, int height) {
        return new Resampler(size, width, height);
    }

    /** From interleaved {@code [height, width, 3]} to planar {@code [3, size, size]}, 8 bits each. */
    byte[] planes(byte[] rgb) {
        int height = vertical.sourceLength();
        var rows = new float[height * size * 3];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < size; x++) {
                float r = 0;
                float g = 0;
                float b = 0;
                int from = horizontal.first(x);
                for (int tap = 0; tap < horizontal.count(x); tap++) {
                    float weight = horizontal.weight(x, tap);
                    int at = (y * width + from + tap) * 3;
                    r += weight * (rgb[at] & 0xFF);
                    g += weight * (rgb[at + 1] & 0xFF);
                    b += weight * (rgb[at + 2] & 0xFF);
                }
                int to = (y * size + x) * 3;
                rows[to] = r;
                rows[to + 1] = g;
                rows[to + 2] = b;
            }
        }
        var planes = new byte[3 * size * size];
        for (int y = 0; y < size; y++) {
            int from = vertical.first(y);
            for (int x = 0; x < size; x++) {
                for (int channel = 0; channel < 3; channel++) {
                    float sum = 0;
                    for (int tap = 0; tap < vertical.count(y); tap++) {
                        sum += vertical.weight(y, tap) * rows[((from + tap) * size + x) * 3 + channel];
                    }
                    planes[(channel * size + y) * size + x] = (byte) Math.max(0, Math.min(255, Math.round(sum)));
                }
            }
        }
        return planes;
    }

    /** Filter weights of each target position, normalised to one. */
    private record Taps(int sourceLength, int[] firsts, float[][] weights) {
        static Taps of(int source, int target) {
            double scale = (double) source / target;
            double radius = Math.max(scale, 1);
            var firsts = new int[target];
            var weights = new float[target][];
            for (int i = 0; i < target; i++) {
                double centre = (i + 0.5) * scale;
                int first = Math.max(0, (int) (centre - radius + 0.5));
                int end = Math.min(source, (int) (centre + radius + 0.5));
                var raw = new double[end - first];
                double sum = 0;
                for (int tap = 0; tap < raw.length; tap++) {
                    raw[tap] = Math.max(0, 1 - Math.abs((first + tap - centre + 0.5) / radius));
                    sum += raw[tap];
                }
                firsts[i] = first;
                weights[i] = new float[raw.length];
                for (int tap = 0; tap < raw.length; tap++) {
                    weights[i][tap] = (float) (raw[tap] / sum);
                }
            }
            return new Taps(source, firsts, weights);
        }

        int first(int i) {
            return firsts[i];
        }

        int count(int i) {
            return weights[i].length;
        }

        float weight(int i, int tap) {
            return weights[i][tap];
        }
    }
}
