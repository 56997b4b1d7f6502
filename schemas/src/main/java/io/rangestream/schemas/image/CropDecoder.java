package io.rangestream.schemas.image;

import io.rangestream.avro.Encoding;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes face crops to the square size a network takes. The same bytes give the same pixels in the learner and in every
 * Java consumer. Not thread-safe: the JDK's readers are reused, one decoder per thread.
 */
public final class CropDecoder implements AutoCloseable {
    private final int size;
    private final long maxPixels;
    private final ImageReader jpeg = reader("jpeg");
    private final ImageReader png = reader("png");
    private final ImageReader bmp = reader("bmp");

    /**
     * @param size side of the decoded crop, pixels
     * @param maxPixels larger images are refused before they are decoded
     */
    public CropDecoder(int size, long maxPixels) {
        this.size = size;
        this.maxPixels = maxPixels;
    }

    /**
     * The crop as planar 8-bit RGB of shape {@code [3, size, size]}.
     *
     * @param width for RAW_RGB, pixels
     * @param height for RAW_RGB, pixels
     * @throws InvalidImageException if the bytes are no such image
     */
    public byte[] decode(byte[] image, Encoding encoding, int width, int height) {
        ImageHeader header = ImageHeader.check(image, encoding, width, height);
        if (header.pixels() > maxPixels) {
            throw new InvalidImageException("%d x %d pixels are more than the %d allowed"
                    .formatted(header.width(), header.height(), maxPixels));
        }
        byte[] interleaved = encoding == Encoding.RAW_RGB ? image : pixels(image, header);
        return Resampler.to(size, header.width(), header.height()).planes(interleaved);
    }

    @Override
    public void close() {
        jpeg.dispose();
        png.dispose();
        bmp.dispose();
    }

    private byte[] pixels(byte[] image, ImageHeader header) {
        ImageReader reader =
                switch (header.encoding()) {
                    case JPEG -> jpeg;
                    case PNG -> png;
                    case BMP -> bmp;
                    case RAW_RGB -> throw new AssertionError();
                };
        try (var stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(image))) {
            reader.setInput(stream, true, true);
            BufferedImage decoded = reader.read(0);
            if (decoded.getWidth() != header.width() || decoded.getHeight() != header.height()) {
                throw new InvalidImageException("the image is %d x %d but its header says %d x %d"
                        .formatted(decoded.getWidth(), decoded.getHeight(), header.width(), header.height()));
            }
            return interleavedRgb(decoded);
        } catch (InvalidImageException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The JDK's readers meet damage with exceptions of many types.
            throw new InvalidImageException("%s cannot be decoded: %s".formatted(header.encoding(), e.getMessage()));
        } finally {
            reader.setInput(null);
        }
    }

    private static byte[] interleavedRgb(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        var rgb = new byte[width * height * 3];
        var row = new int[width];
        int to = 0;
        for (int y = 0; y < height; y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int argb : row) {
                rgb[to++] = (byte) (argb >> 16);
                rgb[to++] = (byte) (argb >> 8);
                rgb[to++] = (byte) argb;
            }
        }
        return rgb;
    }

    private static ImageReader reader(String format) {
        // Cached streams on disk would be slower than the crops are small.
        ImageIO.setUseCache(false);
        return ImageIO.getImageReadersByFormatName(format).next();
    }
}
