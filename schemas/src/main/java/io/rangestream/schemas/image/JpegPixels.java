package io.rangestream.schemas.image;

import java.awt.Point;
import java.awt.image.ComponentSampleModel;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Decodes JPEG files with the JDK's libjpeg. Not thread-safe. */
final class JpegPixels implements AutoCloseable {
    /** JFIF 1.1 without a thumbnail: three components are YCbCr. */
    private static final byte[] JFIF = {
        (byte) 0xFF, (byte) 0xE0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0
    };

    private static final int ADOBE_BYTES = 16;

    /** Ss, Se, Ah and Al of a scan header. */
    private static final byte[] ALL_COEFFICIENTS = {0, 63, 0};

    private final JdkReader reader = new JdkReader("jpeg");

    /** @throws InvalidImageException if the decoder fails, or has only a warning to say */
    PixelRows decode(byte[] image, JpegFile file) {
        boolean four = file.colour() == JpegFile.Colour.CMYK || file.colour() == JpegFile.Colour.YCCK;
        byte[] plain = plain(image, file);
        Raster raster = four ? reader.readRaster(plain, file.header()) : reader.read(plain, file.header());
        return rows(raster, file);
    }

    @Override
    public void close() {
        reader.close();
    }

    /**
     * The file without what does not change pixels (Exif, colour profiles, thumbnails, comments) and with one marker that says
     * what the components are: the JDK guesses otherwise than libjpeg where JFIF and Adobe say nothing.
     * Scans of a sequential file say that they bring all coefficients, as they do: libjpeg only warns of others.
     */
    private static byte[] plain(byte[] image, JpegFile file) {
        ByteBuffer plain = ByteBuffer.allocate(2 + Math.max(JFIF.length, ADOBE_BYTES) + file.end());
        plain.put(image, 0, 2);
        switch (file.colour()) {
            case GREY, YCBCR -> plain.put(JFIF);
            case RGB, CMYK -> plain.put(adobe(0));
            case YCCK -> plain.put(adobe(2));
        }
        boolean sequential = false;
        int at = 2;
        int from = 2;
        while (at + 3 < file.end()) {
            int marker = image[at] == (byte) 0xFF ? image[at + 1] & 0xFF : 0;
            boolean alone = marker == 0 || marker == 0xFF || JpegFile.standsAlone(marker);
            if (alone) {
                at++; // pixels, or fill bytes
                continue;
            }
            int next = at + 2 + JpegFile.unsignedShort(image, at + 2);
            if ((marker >= 0xE0 && marker <= 0xEF) || marker == 0xFE || marker == 0xDC) {
                plain.put(image, from, at - from);
                from = next;
            } else if (marker == 0xDA && sequential) {
                plain.put(image, from, next - 3 - from).put(ALL_COEFFICIENTS);
                from = next;
            }
            sequential |= JpegFrame.isSequential(marker);
            at = next;
        }
        plain.put(image, from, file.end() - from);
        return Arrays.copyOf(plain.array(), plain.position());
    }

    private static byte[] adobe(int transform) {
        return new byte[] {
            (byte) 0xFF, (byte) 0xEE, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, (byte) transform
        };
    }

    private static PixelRows rows(Raster raster, JpegFile file) {
        var model = (ComponentSampleModel) raster.getSampleModel();
        byte[] data = ((DataBufferByte) raster.getDataBuffer()).getData();
        var origin = new Point(-raster.getSampleModelTranslateX(), -raster.getSampleModelTranslateY());
        int[] bands = model.getBandOffsets();
        int step = model.getPixelStride();
        int width = file.header().width();
        return (y, rgb) -> {
            int at = model.getOffset(origin.x, origin.y + y) - bands[0];
            switch (file.colour()) {
                case GREY -> grey(data, at + bands[0], step, rgb);
                case RGB, YCBCR -> {
                    for (int x = 0, to = 0; x < width; x++, at += step, to += 3) {
                        rgb[to] = data[at + bands[0]];
                        rgb[to + 1] = data[at + bands[1]];
                        rgb[to + 2] = data[at + bands[2]];
                    }
                }
                case CMYK, YCCK -> {
                    for (int x = 0, to = 0; x < width; x++, at += step, to += 3) {
                        ink(data, at, bands, file.colour() == JpegFile.Colour.YCCK, rgb, to);
                    }
                }
            }
        };
    }

    private static void grey(byte[] data, int from, int step, byte[] rgb) {
        for (int at = from, to = 0; to < rgb.length; at += step, to += 3) {
            rgb[to] = data[at];
            rgb[to + 1] = data[at];
            rgb[to + 2] = data[at];
        }
    }

    /** Inks are stored inverted, 255 for none, with and without Adobe's marker, as every file is in practice. */
    private static void ink(byte[] data, int at, int[] bands, boolean ycck, byte[] rgb, int to) {
        int c = data[at + bands[0]] & 0xFF;
        int m = data[at + bands[1]] & 0xFF;
        int y = data[at + bands[2]] & 0xFF;
        int k = data[at + bands[3]] & 0xFF;
        if (ycck) {
            // JFIF's YCbCr, of the inverse of what is stored (libjpeg's ycck_cmyk_convert).
            double luma = c;
            double cb = m - 128;
            double cr = y - 128;
            c = 255 - clamp(luma + 1.402 * cr);
            m = 255 - clamp(luma - 0.344136 * cb - 0.714136 * cr);
            y = 255 - clamp(luma + 1.772 * cb);
        }
        rgb[to] = (byte) ((c * k + 127) / 255);
        rgb[to + 1] = (byte) ((m * k + 127) / 255);
        rgb[to + 2] = (byte) ((y * k + 127) / 255);
    }

    private static int clamp(double value) {
        return (int) Math.max(0, Math.min(255, Math.round(value)));
    }
}
