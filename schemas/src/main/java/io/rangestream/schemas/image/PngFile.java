package io.rangestream.schemas.image;

import io.rangestream.avro.Encoding;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * The structure of a PNG file (ISO 15948), read from chunk to chunk up to IEND, without decoding a pixel. Check sums of
 * the chunks that make pixels have to fit; all others, compressed texts and profiles among them, are passed over.
 *
 * @param orientation of eXIf
 * @param bits of a sample: 1, 2, 4, 8 or 16
 * @param colourType 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha
 * @param palette data of PLTE, empty if there is none
 * @param transparency data of tRNS, empty if there is none
 * @param compressed data of the IDAT chunks
 */
record PngFile(
        ImageHeader header,
        Orientation orientation,
        int bits,
        int colourType,
        ByteBuffer palette,
        ByteBuffer transparency,
        List<ByteBuffer> compressed) {
    static final int GREY = 0;
    static final int RGB = 2;
    static final int PALETTE = 3;
    static final int GREY_ALPHA = 4;
    static final int RGB_ALPHA = 6;

    /** Magic, IHDR's length and type, width, height, bits, colour type, compression, filter, interlace. */
    static final int HEADER_BYTES = 29;

    private static final long MAGIC = 0x89504E470D0A1A0AL;
    private static final int IHDR = 0x49484452;
    private static final int PLTE = 0x504C5445;
    private static final int IDAT = 0x49444154;
    private static final int IEND = 0x49454E44;
    private static final int TRNS = 0x74524E53;
    private static final int EXIF = 0x65584966;
    private static final int ACTL = 0x6163544C;
    private static final int ANCILLARY = 0x20000000;

    static boolean leads(byte[] image) {
        return image.length >= 8 && ByteBuffer.wrap(image).getLong(0) == MAGIC;
    }

    /** Width and height as IHDR has them. */
    static Optional<ImageHeader> header(byte[] image) {
        var bytes = ByteBuffer.wrap(image);
        return image.length >= 33 && bytes.getInt(12) == IHDR
                ? ImageHeader.of(Encoding.PNG, bytes.getInt(16), bytes.getInt(20))
                : Optional.empty();
    }

    /** @throws InvalidImageException if the file is cut off, damaged or animated */
    static PngFile scan(byte[] image) {
        ImageHeader header = ImageLimits.check(header(image)
                .orElseThrow(() -> new InvalidImageException("a damaged PNG: it has no sound header (IHDR)")));
        int bits = image[24];
        int colourType = image[25];
        requireKnown(bits, colourType, image);
        var orientation = Orientation.UPRIGHT;
        var palette = ByteBuffer.allocate(0);
        var transparency = ByteBuffer.allocate(0);
        var compressed = new ArrayList<ByteBuffer>(2);
        for (int at = 8; ; ) {
            ByteBuffer data = chunk(image, at);
            int type = ByteBuffer.wrap(image).getInt(at + 4);
            switch (type) {
                case PLTE -> palette = data;
                case TRNS -> transparency = data;
                case IDAT -> compressed.add(data);
                case EXIF -> orientation = Exif.ofChunk(data);
                case ACTL -> throw new InvalidImageException("an animated PNG, which is not decoded");
                case IEND -> {
                    return complete(
                            new PngFile(header, orientation, bits, colourType, palette, transparency, compressed));
                }
                default -> {
                    if ((type & ANCILLARY) == 0 && type != IHDR) {
                        throw new InvalidImageException(
                                "a PNG with an unknown critical chunk, %s".formatted(name(image, at + 4)));
                    }
                }
            }
            at += 12 + data.remaining();
        }
    }

    /** Samples of a pixel. */
    int bands() {
        return switch (colourType) {
            case RGB -> 3;
            case GREY_ALPHA -> 2;
            case RGB_ALPHA -> 4;
            default -> 1;
        };
    }

    /** Bytes of a decoded pixel at most: samples of less than eight bits are kept packed, or a byte each. */
    int bytesOfPixel() {
        return bands() * (bits == 16 ? 2 : 1);
    }

    private static void requireKnown(int bits, int colourType, byte[] image) {
        boolean known =
                switch (colourType) {
                    case GREY -> bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16;
                    case PALETTE -> bits == 1 || bits == 2 || bits == 4 || bits == 8;
                    case RGB, GREY_ALPHA, RGB_ALPHA -> bits == 8 || bits == 16;
                    default -> false;
                };
        if (!known || image[26] != 0 || image[27] != 0 || image[28] < 0 || image[28] > 1) {
            throw new InvalidImageException(
                    "a PNG of a kind that is not known: colour type %d of %d bits".formatted(colourType, bits));
        }
    }

    private static PngFile complete(PngFile file) {
        if (file.compressed().isEmpty()) {
            throw new InvalidImageException("a damaged PNG: it has no pixels (IDAT)");
        }
        if (file.colourType() == PALETTE && file.palette().remaining() < 3) {
            throw new InvalidImageException("a damaged PNG: it has no palette");
        }
        return file;
    }

    /** The data of the chunk at an offset. */
    private static ByteBuffer chunk(byte[] image, int at) {
        if (at + 12L > image.length) {
            throw cut(image);
        }
        var bytes = ByteBuffer.wrap(image);
        int length = bytes.getInt(at);
        int type = bytes.getInt(at + 4);
        if (length < 0) {
            throw new InvalidImageException("a damaged PNG: a chunk of more than 2 GiB at byte %d".formatted(at));
        }
        if (at + 12L + length > image.length) {
            throw cut(image);
        }
        if ((type & ANCILLARY) == 0 || type == TRNS || type == EXIF) {
            var crc = new CRC32();
            crc.update(image, at + 4, 4 + length);
            if ((int) crc.getValue() != bytes.getInt(at + 8 + length)) {
                throw new InvalidImageException(
                        "a damaged PNG: the check sum of chunk %s is wrong".formatted(name(image, at + 4)));
            }
        }
        return bytes.slice(at + 8, length);
    }

    private static String name(byte[] image, int at) {
        return new String(image, at, 4, StandardCharsets.ISO_8859_1).replaceAll("[^A-Za-z]", "?");
    }

    private static InvalidImageException cut(byte[] image) {
        return new InvalidImageException("a PNG that is cut off: no end after %d bytes".formatted(image.length));
    }
}
