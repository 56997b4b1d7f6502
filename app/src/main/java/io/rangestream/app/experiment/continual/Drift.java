package io.rangestream.app.experiment.continual;

import java.awt.image.BufferedImage;
import java.awt.image.ConvolveOp;
import java.awt.image.Kernel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;

/**
 * A face as a worse camera in worse light would have taken it: darkened or brightened, blurred, noisy. A function of the image's
 * name and the seed.
 */
final class Drift {
    private static final double DARKEST = 0.35;
    private static final double DARK_SPAN = 0.25;
    private static final double BRIGHTEST = 1.9;
    private static final double BRIGHT_SPAN = 0.5;
    private static final int BLUR = 5;
    /** Standard deviation, of 255. */
    private static final double NOISE = 12;

    private static final float JPEG_QUALITY = 0.9f;

    private final long seed;

    Drift(long seed) {
        this.seed = seed;
    }

    /**
     * @param name of the image
     * @param image encoded
     * @return a JPEG of the same size
     * @throws IOException if the image cannot be decoded
     */
    byte[] apply(String name, byte[] image) throws IOException {
        BufferedImage read = ImageIO.read(new ByteArrayInputStream(image));
        if (read == null) {
            throw new IOException("no image that can be read: " + name);
        }
        var hash = new CRC32C();
        hash.update(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        var random = new java.util.Random(new SplittableRandom(seed ^ (hash.getValue() << 20)).nextLong());
        double gain = random.nextBoolean()
                ? DARKEST + DARK_SPAN * random.nextDouble()
                : BRIGHTEST - BRIGHT_SPAN * random.nextDouble();
        BufferedImage taken = blurred(rgb(read));
        for (int y = 0; y < taken.getHeight(); y++) {
            for (int x = 0; x < taken.getWidth(); x++) {
                int pixel = taken.getRGB(x, y);
                int changed = 0;
                for (int shift = 16; shift >= 0; shift -= 8) {
                    double value = gain * ((pixel >> shift) & 0xFF) + NOISE * random.nextGaussian();
                    changed |= (int) Math.max(0, Math.min(255, Math.round(value))) << shift;
                }
                taken.setRGB(x, y, changed);
            }
        }
        return jpeg(taken);
    }

    private static BufferedImage rgb(BufferedImage image) {
        var rgb = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
        var graphics = rgb.createGraphics();
        graphics.drawImage(image, 0, 0, null);
        graphics.dispose();
        return rgb;
    }

    private static BufferedImage blurred(BufferedImage image) {
        var box = new float[BLUR * BLUR];
        Arrays.fill(box, 1f / box.length);
        return new ConvolveOp(new Kernel(BLUR, BLUR, box), ConvolveOp.EDGE_NO_OP, null).filter(image, null);
    }

    private static byte[] jpeg(BufferedImage image) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        var bytes = new ByteArrayOutputStream();
        try (var out = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            parameters.setCompressionQuality(JPEG_QUALITY);
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), parameters);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
