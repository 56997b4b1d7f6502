package io.rangestream.schemas.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

    /** A shade that a JPEG keeps, 0 to 255, another for each band. */
    static int smooth(int x, int y, int band) {
        return (int) Math.round(150 + 60 * Math.sin((x + 3 * band) / 17.0) + 40 * Math.cos((y + 7 * band) / 13.0));
    }

    /** A baseline JPEG, not subsampled, of 1 (grey), 3 (RGB, stored as YCbCr with JFIF's marker) or 4 bands (inks, without a marker). */
    static byte[] jpeg(int width, int height, int bands) {
        var raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, width, height, bands, null);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int band = 0; band < bands; band++) {
                    raster.setSample(x, y, band, smooth(x, y, band));
                }
            }
        }
        return jpeg(raster, false);
    }

    /** What the JDK writes of samples as they are; three bands become YCbCr. */
    static byte[] jpeg(WritableRaster raster, boolean progressive) {
        IIOImage image;
        if (raster.getNumBands() == 3) {
            var rgb = new BufferedImage(raster.getWidth(), raster.getHeight(), BufferedImage.TYPE_INT_RGB);
            for (int y = 0; y < raster.getHeight(); y++) {
                for (int x = 0; x < raster.getWidth(); x++) {
                    int[] p = raster.getPixel(x, y, new int[3]);
                    rgb.setRGB(x, y, p[0] << 16 | p[1] << 8 | p[2]);
                }
            }
            image = new IIOImage(rgb, null, null);
        } else {
            image = new IIOImage(raster, null, null);
        }
        var bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (var out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionQuality(0.98f);
            if (progressive) {
                param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
            }
            writer.write(null, image, param);
        } catch (IOException e) {
            throw new AssertionError(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    /** A TIFF header and a directory of one entry, the orientation. */
    static byte[] exif(int orientation, boolean bigEndian) {
        return ByteBuffer.allocate(26)
                .order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN)
                .putShort((short) (bigEndian ? 0x4D4D : 0x4949))
                .putShort((short) 42)
                .putInt(8)
                .putShort((short) 1)
                .putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) orientation)
                .array();
    }

    static byte[] withExif(byte[] jpeg, int orientation, boolean bigEndian) {
        byte[] tiff = exif(orientation, bigEndian);
        return withSegment(
                jpeg,
                0xE1,
                ByteBuffer.allocate(6 + tiff.length)
                        .put(new byte[] {'E', 'x', 'i', 'f', 0, 0})
                        .put(tiff)
                        .array());
    }

    /** With a segment right after the start. */
    static byte[] withSegment(byte[] jpeg, int marker, byte[] data) {
        return ByteBuffer.allocate(jpeg.length + 4 + data.length)
                .put(jpeg, 0, 2)
                .put((byte) 0xFF)
                .put((byte) marker)
                .putShort((short) (2 + data.length))
                .put(data)
                .put(jpeg, 2, jpeg.length - 2)
                .array();
    }

    static byte[] withoutSegments(byte[] jpeg, int marker) {
        var left = new ByteArrayOutputStream();
        left.write(jpeg, 0, 2);
        int at = 2;
        while ((jpeg[at + 1] & 0xFF) != 0xDA) {
            int length = 2 + JpegFile.unsignedShort(jpeg, at + 2);
            if ((jpeg[at + 1] & 0xFF) != marker) {
                left.write(jpeg, at, length);
            }
            at += length;
        }
        left.write(jpeg, at, jpeg.length - at);
        return left.toByteArray();
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
