package io.rangestream.schemas.image;

/**
 * Bilinear resampling with antialiasing: a triangle filter as wide as the reduction, first along rows, then along
 * columns, as Pillow's {@code BILINEAR} and PyTorch's {@code antialias=True} do. Plain bilinear sampling would skip
 * pixels when it reduces, and alias.
 */
final class Resampler {
    private final int width;
    private final int height;
    private final Taps horizontal;
    private final Taps vertical;

    private Resampler(int toWidth, int toHeight, int width, int height) {
        this.width = width;
        this.height = height;
        this.horizontal = Taps.of(width, toWidth);
        this.vertical = Taps.of(height, toHeight);
    }

    static Resampler to(int toWidth, int toHeight, int width, int height) {
        return new Resampler(toWidth, toHeight, width, height);
    }

    /**
     * Planar {@code [3, toHeight, toWidth]}, 8 bits each. Each row goes into the sums of the target rows that it belongs to as
     * soon as it is read, so the memory is that of the target.
     */
    byte[] planes(PixelRows rows) {
        int toWidth = horizontal.length();
        int toHeight = vertical.length();
        var sums = new float[toHeight * toWidth * 3];
        var source = new byte[width * 3];
        var row = new float[toWidth * 3];
        int first = 0;
        for (int y = 0; y < height; y++) {
            rows.read(y, source);
            across(source, row);
            while (first < toHeight && vertical.end(first) <= y) {
                first++;
            }
            for (int target = first; target < toHeight && vertical.first(target) <= y; target++) {
                float weight = vertical.weight(target, y - vertical.first(target));
                int at = target * row.length;
                for (int i = 0; i < row.length; i++) {
                    sums[at + i] += weight * row[i];
                }
            }
        }
        return rounded(sums, toWidth * toHeight);
    }

    private void across(byte[] rgb, float[] row) {
        for (int x = 0, to = 0; to < row.length; x++, to += 3) {
            float r = 0;
            float g = 0;
            float b = 0;
            int at = horizontal.first(x) * 3;
            for (int tap = 0; tap < horizontal.count(x); tap++, at += 3) {
                float weight = horizontal.weight(x, tap);
                r += weight * (rgb[at] & 0xFF);
                g += weight * (rgb[at + 1] & 0xFF);
                b += weight * (rgb[at + 2] & 0xFF);
            }
            row[to] = r;
            row[to + 1] = g;
            row[to + 2] = b;
        }
    }

    private static byte[] rounded(float[] sums, int plane) {
        var planes = new byte[sums.length];
        for (int pixel = 0; pixel < plane; pixel++) {
            for (int channel = 0; channel < 3; channel++) {
                int value = Math.round(sums[pixel * 3 + channel]);
                planes[channel * plane + pixel] = (byte) Math.max(0, Math.min(255, value));
            }
        }
        return planes;
    }

    /** Filter weights of each target position, normalised to one. */
    private record Taps(int[] firsts, float[][] weights) {
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
            return new Taps(firsts, weights);
        }

        int length() {
            return firsts.length;
        }

        int first(int i) {
            return firsts[i];
        }

        int end(int i) {
            return firsts[i] + weights[i].length;
        }

        int count(int i) {
            return weights[i].length;
        }

        float weight(int i, int tap) {
            return weights[i][tap];
        }
    }
}
