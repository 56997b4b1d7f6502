package io.rangestream.schemas.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Pictures drawn by a formula: gradients, wrapped squares and a chequerboard in red, green and blue. */
final class Pictures {
    private Pictures() {}

    /** Interleaved {@code [height, width, 3]}. */
    static byte[] rgb(int width, int height) {
        var rgb = new byte[width * height * 3];
        int at = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                rgb[at++] = (byte) (x * 7 + y * 3);
                rgb[at++] = (byte) (x * x + y * 5);
                rgb[at++] = (byte) ((x / 8 + y / 8) % 2 * 255);
            }
        }
        return rgb;
    }

    static byte[] encoded(String format, int width, int height, boolean progressive) throws IOException {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        byte[] rgb = rgb(width, height);
        for (int i = 0; i < width * height; i++) {
            int argb = (rgb[3 * i] & 0xFF) << 16 | (rgb[3 * i + 1] & 0xFF) << 8 | (rgb[3 * i + 2] & 0xFF);
            image.setRGB(i % width, i / width, argb);
        }
        var bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        try (var out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            ImageWriteParam param = writer.getDefaultWriteParam();
            if (progressive) {
                param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
            }
            writer.write(null, new IIOImage(image, null, null), param);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    static int indexOf(byte[] bytes, int first, int second) {
        for (int i = 0; i + 1 < bytes.length; i++) {
            if ((bytes[i] & 0xFF) == first && (bytes[i + 1] & 0xFF) == second) {
                return i;
            }
        }
        return -1;
    }
}
