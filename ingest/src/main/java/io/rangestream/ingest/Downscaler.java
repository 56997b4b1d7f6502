package io.rangestream.ingest;

import io.rangestream.avro.Encoding;
import io.rangestream.ingest.source.Jpeg;
import io.rangestream.schemas.image.CropDecoder;
import io.rangestream.schemas.image.ImageHeader;
import io.rangestream.schemas.image.ImageLimits;
import io.rangestream.schemas.image.InvalidImageException;
import io.rangestream.schemas.image.RgbImage;
import java.awt.image.BufferedImage;
import java.util.Optional;

/**
 * Makes pictures that are too large to be sent small enough: upright, over black where they are transparent, as JPEG.
 *
 * @param maxSide longest side, pixels
 * @param maxBytes most bytes of the file; a picture that has more at {@link #QUALITY} gets shorter sides
 * @param maxMemory most bytes of the heap that a picture may take; one that ends the process would end it for all others
 */
record Downscaler(int maxSide, int maxBytes, long maxMemory) {
    /** Of the JPEG. */
    static final float QUALITY = 0.9f;

    /** Pixels: at this side every picture that is allowed has a shorter side that is allowed. */
    static final int SMALLEST = ImageLimits.MIN_SIDE * ImageLimits.MAX_ASPECT;

    private static final long MAX_PIXELS = (long) ImageLimits.MAX_SIDE * ImageLimits.MAX_SIDE;

    /** Beside a picture there are the list of all faces and what is on its way to the broker. */
    private static final int HEAP_SHARE = 3;

    Downscaler(int maxSide, int maxBytes) {
        this(maxSide, maxBytes, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
    }

    /**
     * The picture as JPEG, or empty if it does not fit at any size.
     *
     * @throws InvalidImageException if it is damaged, takes too much memory,
     *     or small it is no usable crop
     */
    Optional<byte[]> scale(byte[] image, Encoding encoding) {
        long memory = CropDecoder.memory(image, encoding, maxSide);
        if (memory > maxMemory) {
            throw new InvalidImageException("scaling it takes %d MB, more than the %d MB allowed of this heap"
                    .formatted(memory / 1_000_000, maxMemory / 1_000_000));
        }
        try (var decoder = new CropDecoder(ImageLimits.MIN_SIDE, MAX_PIXELS)) {
            for (int side = maxSide; side >= SMALLEST; side = side * 3 / 4) {
                byte[] jpeg = Jpeg.encode(buffered(decoder.fit(image, encoding, side)), QUALITY);
                if (jpeg.length <= maxBytes) {
                    ImageHeader.check(jpeg, Encoding.JPEG, 0, 0); // as the sampler will
                    return Optional.of(jpeg);
                }
            }
            return Optional.empty();
        }
    }

    private static BufferedImage buffered(RgbImage picture) {
        int pixels = picture.width() * picture.height();
        byte[] planes = picture.planes();
        var image = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < pixels; i++) {
            int rgb = (planes[i] & 0xFF) << 16 | (planes[pixels + i] & 0xFF) << 8 | (planes[2 * pixels + i] & 0xFF);
            image.setRGB(i % picture.width(), i / picture.width(), rgb);
        }
        return image;
    }
}
