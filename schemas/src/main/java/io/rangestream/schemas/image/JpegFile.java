package io.rangestream.schemas.image;

import io.rangestream.avro.Encoding;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The structure of a JPEG file (ITU T.81, annex B), read from marker to marker, without decoding a pixel. A file has to
 * reach its end (EOI) and to have every bit of every component in a scan; what follows the end is ignored.
 *
 * @param orientation of Exif
 * @param colour what the components are
 * @param end offset behind EOI
 */
record JpegFile(ImageHeader header, Orientation orientation, Colour colour, int end) {
    /** How components make colours; libjpeg's rules, by JFIF, Adobe's marker and the components' names. */
    enum Colour {
        GREY,
        YCBCR,
        RGB,
        CMYK,
        YCCK
    }

    private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] JFIF = "JFIF\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] ADOBE = "Adobe".getBytes(StandardCharsets.ISO_8859_1);

    /** Components, each decoded to a byte of a pixel. */
    int bands() {
        return switch (colour) {
            case GREY -> 1;
            case YCBCR, RGB -> 3;
            case CMYK, YCCK -> 4;
        };
    }

    static boolean leads(byte[] image) {
        return image.length >= 4 && (image[0] & 0xFF) == 0xFF && (image[1] & 0xFF) == 0xD8 && (image[2] & 0xFF) == 0xFF;
    }

    /** Width and height as the frame has them. */
    static Optional<ImageHeader> header(byte[] image) {
        int at = 2;
        while (at + 9 < image.length && (image[at] & 0xFF) == 0xFF) {
            int marker = image[at + 1] & 0xFF;
            if (marker == 0xFF) {
                at++; // fill byte
            } else if (JpegFrame.starts(marker)) {
                return ImageHeader.of(Encoding.JPEG, unsignedShort(image, at + 7), unsignedShort(image, at + 5));
            } else if (standsAlone(marker)) {
                at += 2;
            } else {
                at += 2 + Math.max(2, unsignedShort(image, at + 2));
            }
        }
        return Optional.empty();
    }

    /** @throws InvalidImageException if the file is cut off, of a kind that is not decoded, or not a JPEG at all */
    static JpegFile scan(byte[] image) {
        return new Scanner(image).scan();
    }

    static int unsignedShort(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
    }

    /** RST0 … RST7 and TEM have no segment. */
    static boolean standsAlone(int marker) {
        return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7);
    }

    private static final class Scanner {
        private final byte[] image;
        private Orientation orientation = Orientation.UPRIGHT;
        private boolean exif;
        private boolean jfif;
        private int adobeTransform = -1;
        private boolean tables;
        private int scans;
        private @Nullable JpegFrame frame;

        Scanner(byte[] image) {
            this.image = image;
        }

        JpegFile scan() {
            int at = 2;
            while (true) {
                at = atMarker(at);
                int marker = image[at + 1] & 0xFF;
                if (marker == 0xD9) {
                    return end(at + 2);
                }
                if (marker == 0xD8 || marker == 0x00) {
                    throw new InvalidImageException("a damaged JPEG: marker %02X at byte %d".formatted(marker, at));
                }
                if (standsAlone(marker)) {
                    at += 2;
                    continue;
                }
                int next = at + 2 + length(at + 2);
                if (next > image.length) {
                    throw cut();
                }
                segment(marker, at + 4, next);
                at = marker == 0xDA ? endOfEntropyCodedData(next) : next;
            }
        }

        private void segment(int marker, int from, int to) {
            switch (marker) {
                case 0xE0 -> jfif |= scans == 0 && starts(JFIF, from, to) && to - from >= 14;
                case 0xE1 -> readExif(from, to);
                case 0xEE -> {
                    if (scans == 0 && starts(ADOBE, from, to) && to - from >= 12) {
                        adobeTransform = image[from + 11] & 0xFF;
                    }
                }
                case 0xC4 -> tables = true;
                case 0xDA -> {
                    scans++;
                    ImageLimits.checkScans(scans, frame().header());
                    if (!tables) {
                        throw new InvalidImageException("a JPEG without Huffman tables");
                    }
                    frame().scan(image, from, to);
                }
                case 0xDE, 0xDF -> throw new InvalidImageException("a hierarchical JPEG, which is not decoded");
                default -> {
                    if (JpegFrame.starts(marker)) {
                        if (frame != null) {
                            throw new InvalidImageException("a damaged JPEG: it has two frames");
                        }
                        frame = JpegFrame.read(image, marker, from, to);
                    }
                }
            }
        }

        private void readExif(int from, int to) {
            if (!exif && scans == 0 && starts(EXIF, from, to)) {
                exif = true;
                int tiff = from + EXIF.length;
                orientation =
                        Exif.orientation(ByteBuffer.wrap(image, tiff, to - tiff).slice());
            }
        }

        private JpegFile end(int end) {
            frame().requireComplete();
            return new JpegFile(frame().header(), orientation, frame().colour(jfif, adobeTransform), end);
        }

        private JpegFrame frame() {
            if (frame == null) {
                throw new InvalidImageException("a damaged JPEG: it has no frame");
            }
            return frame;
        }

        /** The offset of the FF that is followed by a marker; fill bytes before it are passed. */
        private int atMarker(int from) {
            int at = from;
            if (at < image.length && (image[at] & 0xFF) != 0xFF) {
                throw new InvalidImageException("a damaged JPEG: no marker at byte %d".formatted(at));
            }
            while (at + 1 < image.length && (image[at + 1] & 0xFF) == 0xFF) {
                at++;
            }
            if (at + 1 >= image.length) {
                throw cut();
            }
            return at;
        }

        private int endOfEntropyCodedData(int from) {
            for (int at = from; at + 1 < image.length; at++) {
                if (image[at] == (byte) 0xFF) {
                    int next = image[at + 1] & 0xFF;
                    if (next != 0x00 && next != 0xFF && !(next >= 0xD0 && next <= 0xD7)) {
                        return at;
                    }
                }
            }
            throw cut();
        }

        private int length(int at) {
            if (at + 2 > image.length) {
                throw cut();
            }
            int length = unsignedShort(image, at);
            if (length < 2) {
                throw new InvalidImageException("a damaged JPEG: a segment of %d bytes".formatted(length));
            }
            return length;
        }

        private boolean starts(byte[] name, int from, int to) {
            return to - from >= name.length && Arrays.equals(image, from, from + name.length, name, 0, name.length);
        }

        private InvalidImageException cut() {
            return new InvalidImageException("a JPEG that is cut off: no end after %d bytes".formatted(image.length));
        }
    }
}
