package io.rangestream.ingest.synthetic;

import io.rangestream.ingest.source.Jpeg;
import java.awt.image.BufferedImage;

/** A square picture in float RGB, {@code [size, size, 3]}, from the painted scene to the file of a camera. */
final class Raster {
    private final int size;
    private final float[] rgb;

    Raster(int size) {
        this.size = size;
        this.rgb = new float[size * size * 3];
    }

    void set(int x, int y, float r, float g, float b) {
        int at = (y * size + x) * 3;
        rgb[at] = r;
        rgb[at + 1] = g;
        rgb[at + 2] = b;
    }

    /** Lens and sensor: blur, white balance, exposure, tone curve, noise. */
    void expose(Shot.Light light, Shot.Camera camera) {
        if (camera.blur() > 0.2f) {
            blur(camera.blur());
        }
        float[] gain = {light.gain() * (1 + light.warmth()), light.gain(), light.gain() * (1 - light.warmth())};
        var noise = new Draws(camera.noiseSeed(), 0, 0);
        float[] curve = curve(camera.gamma());
        for (int i = 0; i < rgb.length; i++) {
            float exposed = Math.max(0, Math.min(1, rgb[i] * gain[i % 3]));
            rgb[i] = curve[(int) (exposed * (curve.length - 1))] + camera.noise() * noise.normal();
        }
    }

    /** JPEG of this quality, 0 to 1; equal pixels give equal bytes on one JDK. */
    byte[] jpeg(float quality) {
        var image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        for (int y = 0, at = 0; y < size; y++) {
            for (int x = 0; x < size; x++, at += 3) {
                image.setRGB(x, y, level(rgb[at]) << 16 | level(rgb[at + 1]) << 8 | level(rgb[at + 2]));
            }
        }
        return Jpeg.encode(image, quality);
    }

    /** Binomial-like kernel of three taps, along rows and then along columns. */
    private void blur(float strength) {
        float side = strength / (1 + 2 * strength);
        blurAlong(3, size * 3, side);
        blurAlong(size * 3, 3, side);
    }

    private void blurAlong(int step, int lineStep, float side) {
        float middle = 1 - 2 * side;
        for (int line = 0; line < size; line++) {
            for (int channel = 0; channel < 3; channel++) {
                int first = line * lineStep + channel;
                float before = rgb[first];
                for (int i = 0; i < size; i++) {
                    int at = first + i * step;
                    float here = rgb[at];
                    float after = i + 1 < size ? rgb[at + step] : here;
                    rgb[at] = side * before + middle * here + side * after;
                    before = here;
                }
            }
        }
    }

    private static float[] curve(float gamma) {
        var curve = new float[1025];
        for (int i = 0; i < curve.length; i++) {
            curve[i] = (float) StrictMath.pow(i / 1024.0, gamma);
        }
        return curve;
    }

    private static int level(float value) {
        return Math.max(0, Math.min(255, Math.round(value * 255)));
    }
}
