package io.rangestream.schemas.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.rangestream.avro.Encoding;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pixels that were meant, of every kind of PNG and BMP; each expected value is computed from what was drawn. */
class PixelsTest {
    private static final int WIDTH = 45;
    private static final int HEIGHT = 37;

    /** Red, green and blue of a pixel, 0 to 255. */
    private interface Colours {
        double[] at(int x, int y);
    }

    static List<DrawnPng> pngs() {
        var kinds = new ArrayList<DrawnPng>();
        for (boolean interlaced : new boolean[] {false, true}) {
            for (int bits : new int[] {1, 2, 4, 8, 16}) {
                kinds.add(new DrawnPng(WIDTH, HEIGHT, bits, 0, interlaced));
            }
            for (int bits : new int[] {1, 2, 4, 8}) {
                kinds.add(new DrawnPng(WIDTH, HEIGHT, bits, 3, interlaced));
            }
            for (int colourType : new int[] {2, 4, 6}) {
                kinds.add(new DrawnPng(WIDTH, HEIGHT, 8, colourType, interlaced));
                kinds.add(new DrawnPng(WIDTH, HEIGHT, 16, colourType, interlaced));
            }
        }
        return kinds;
    }

    @ParameterizedTest
    @MethodSource("pngs")
    void everyKindOfPng(DrawnPng kind) {
        int max = (1 << kind.bits()) - 1;
        DrawnPng.Samples samples = samples(kind.colourType(), max);
        byte[] palette = palette(max);
        byte[] image =
                kind.colourType() == 3 ? kind.bytes(samples, DrawnPng.chunk("PLTE", palette)) : kind.bytes(samples);

        assertPixels(image, Encoding.PNG, (x, y) -> {
            int[] s = samples.at(x, y);
            return switch (kind.colourType()) {
                case 0 -> grey(255.0 * s[0] / max);
                case 3 -> entry(palette, s[0], 1);
                case 4 -> grey(255.0 * s[0] / max * s[1] / max);
                default -> {
                    double alpha = kind.colourType() == 6 ? (double) s[3] / max : 1;
                    yield new double[] {
                        255.0 * s[0] / max * alpha, 255.0 * s[1] / max * alpha, 255.0 * s[2] / max * alpha
                    };
                }
            };
        });
    }

    @ParameterizedTest
    @MethodSource("pngs")
    void whatIsTransparentByTrnsIsBlack(DrawnPng kind) {
        int max = (1 << kind.bits()) - 1;
        DrawnPng.Samples samples = samples(kind.colourType(), max);
        byte[] palette = palette(max);
        int[] hidden = samples.at(3, 4);
        if (kind.colourType() == 3) {
            var alphas = new byte[] {0, (byte) 128};
            byte[] image = kind.bytes(samples, DrawnPng.chunk("PLTE", palette), DrawnPng.chunk("tRNS", alphas));
            assertPixels(image, Encoding.PNG, (x, y) -> {
                int index = samples.at(x, y)[0];
                return entry(palette, index, index == 0 ? 0 : index == 1 ? 128 / 255.0 : 1);
            });
        } else if (kind.colourType() < 3) {
            var key = new byte[2 * hidden.length];
            for (int i = 0; i < hidden.length; i++) {
                key[2 * i] = (byte) (hidden[i] >> 8);
                key[2 * i + 1] = (byte) hidden[i];
            }
            assertPixels(kind.bytes(samples, DrawnPng.chunk("tRNS", key)), Encoding.PNG, (x, y) -> {
                int[] s = samples.at(x, y);
                if (Arrays.equals(s, hidden)) {
                    return grey(0);
                }
                return s.length == 1
                        ? grey(255.0 * s[0] / max)
                        : new double[] {255.0 * s[0] / max, 255.0 * s[1] / max, 255.0 * s[2] / max};
            });
        }
    }

    static List<DrawnBmp> bmps() {
        var kinds = new ArrayList<DrawnBmp>();
        for (int header : new int[] {12, 40, 52, 56, 64, 108, 124}) {
            for (int bits : new int[] {1, 4, 8, 16, 24, 32}) {
                kinds.add(new DrawnBmp(WIDTH, HEIGHT, bits, header, false));
                if (header > 12) {
                    kinds.add(new DrawnBmp(WIDTH, HEIGHT, bits, header, true));
                }
            }
        }
        for (int header : new int[] {40, 52, 56, 108, 124}) {
            kinds.add(new DrawnBmp(WIDTH, HEIGHT, 16, header, false, 0xF800, 0x07E0, 0x001F));
            kinds.add(new DrawnBmp(WIDTH, HEIGHT, 32, header, true, 0x0000FF, 0x00FF00, 0xFF0000));
            kinds.add(new DrawnBmp(WIDTH, HEIGHT, 32, header, false, 0xFFC00000, 0x003FF000, 0x00000FFC));
        }
        return kinds;
    }

    @ParameterizedTest
    @MethodSource("bmps")
    void everyKindOfBmp(DrawnBmp kind) {
        if (kind.bits() <= 8) {
            var palette = new int[1 << kind.bits()];
            for (int i = 0; i < palette.length; i++) {
                palette[i] = (i * 83 & 0xFF) << 16 | (i * 131 & 0xFF) << 8 | (i * 7 & 0xFF);
            }
            DrawnBmp.Stored index = (x, y) -> (x * 37 + y * 53) % palette.length;
            assertPixels(kind.bytes(index, palette), Encoding.BMP, (x, y) -> {
                int colour = palette[(int) index.at(x, y)];
                return new double[] {colour >> 16, colour >> 8 & 0xFF, colour & 0xFF};
            });
            return;
        }
        int[] masks = kind.masks().length > 0
                ? kind.masks()
                : kind.bits() == 16 ? new int[] {0x7C00, 0x03E0, 0x001F} : new int[] {0xFF0000, 0xFF00, 0xFF};
        DrawnBmp.Stored pixel = (x, y) -> (x * 0x9E3779B1L + y * 0x85EBCA6BL) & 0xFFFFFFFFL;
        assertPixels(kind.bytes(pixel), Encoding.BMP, (x, y) -> {
            var colours = new double[3];
            for (int i = 0; i < 3; i++) {
                long mask = masks[i] & 0xFFFFFFFFL;
                colours[i] = 255.0 * (pixel.at(x, y) & mask) / mask;
            }
            return colours;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void orientationsOfJpegAndPng(int exif) {
        DrawnPng.Samples samples = (x, y) -> new int[] {x * 5, y * 6, (x + y) * 3};
        byte[] png = new DrawnPng(WIDTH, HEIGHT, 8, 2, false)
                .bytes(samples, DrawnPng.chunk("eXIf", Pictures.exif(exif, exif % 2 == 0)));
        byte[] prefixed = new DrawnPng(WIDTH, HEIGHT, 8, 2, false)
                .bytes(
                        samples,
                        DrawnPng.chunk(
                                "eXIf",
                                ByteBuffer.allocate(32)
                                        .put(new byte[] {'E', 'x', 'i', 'f', 0, 0})
                                        .put(Pictures.exif(exif, exif % 2 == 0))
                                        .array()));
        byte[] jpeg = Pictures.withExif(Pictures.jpeg(WIDTH, HEIGHT, 3), exif, exif % 2 == 1);
        RgbImage plain = decode(Pictures.jpeg(WIDTH, HEIGHT, 3), Encoding.JPEG);

        for (byte[] image : new byte[][] {png, prefixed}) {
            assertOriented(decode(image, Encoding.PNG), exif, (x, y) -> {
                int[] s = samples.at(x, y);
                return new double[] {s[0], s[1], s[2]};
            });
        }
        assertOriented(decode(jpeg, Encoding.JPEG), exif, (x, y) -> colours(plain, x, y));
    }

    @Test
    void theGreyOfAJpegIsNotMadeBrighter() {
        RgbImage image = decode(Pictures.jpeg(WIDTH, HEIGHT, 1), Encoding.JPEG);

        assertNear(image, (x, y) -> grey(Pictures.smooth(x, y, 0)), 3);
    }

    @Test
    void theInksOfAJpegMakeColours() {
        // Inverted, as every program stores them: 255 is no ink.
        RgbImage image = decode(Pictures.jpeg(WIDTH, HEIGHT, 4), Encoding.JPEG);

        assertNear(
                image,
                (x, y) -> {
                    double black = Pictures.smooth(x, y, 3) / 255.0;
                    return new double[] {
                        Pictures.smooth(x, y, 0) * black,
                        Pictures.smooth(x, y, 1) * black,
                        Pictures.smooth(x, y, 2) * black
                    };
                },
                6);
    }

    /** The JDK's guess for files without JFIF's marker is RGB if nothing is subsampled. */
    @Test
    void aJpegWithoutMarkersIsOfLumaAndChroma() {
        byte[] image = Pictures.jpeg(WIDTH, HEIGHT, 3);
        byte[] bare = Pictures.withoutSegments(image, 0xE0);
        assertEquals(image.length - 18, bare.length);

        RgbImage expected = decode(image, Encoding.JPEG);
        assertNear(decode(bare, Encoding.JPEG), (x, y) -> colours(expected, x, y), 0);
    }

    /** Some encoders leave them zero; libjpeg decodes that with a warning. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4})
    void theParametersOfASequentialScanAreIgnored(int bands) {
        byte[] image = Pictures.jpeg(WIDTH, HEIGHT, bands);
        RgbImage expected = decode(image, Encoding.JPEG);
        int parameters = Pictures.indexOf(image, 0xFF, 0xDA) + 5 + 2 * bands;
        for (byte[] unusual : new byte[][] {{0, 0, 0}, {0, 0, 0x11}, {9, 5, 0}, {0, 64, 1}}) {
            System.arraycopy(unusual, 0, image, parameters, 3);

            ImageHeader.check(image, Encoding.JPEG, 0, 0);
            assertNear(decode(image, Encoding.JPEG), (x, y) -> colours(expected, x, y), 0);
        }
    }

    @Test
    void aColourProfileIsIgnored() {
        byte[] image = Pictures.jpeg(WIDTH, HEIGHT, 3);
        byte[] profile = "ICC_PROFILE\0\1\1 and no profile at all".getBytes(StandardCharsets.ISO_8859_1);

        RgbImage expected = decode(image, Encoding.JPEG);
        byte[] profiled = Pictures.withSegment(image, 0xE2, profile);
        assertNear(decode(profiled, Encoding.JPEG), (x, y) -> colours(expected, x, y), 0);
    }

    @Test
    void aColourBeyondThePaletteIsDamage() {
        byte[] png = new DrawnPng(WIDTH, HEIGHT, 8, 3, false)
                .bytes((x, y) -> new int[] {x % 4}, DrawnPng.chunk("PLTE", new byte[9]));

        var e = assertThrows(InvalidImageException.class, () -> decode(png, Encoding.PNG));
        assertEquals("a damaged PNG: colour 3 of a palette of 3", e.getMessage());
    }

    private static void assertPixels(byte[] image, Encoding encoding, Colours expected) {
        ImageHeader.check(image, encoding, 0, 0);
        assertNear(decode(image, encoding), expected, 0.51);
    }

    /** Row and column of what is stored, by what Exif says of the stored row 0 and column 0. */
    private static void assertOriented(RgbImage image, int exif, Colours stored) {
        boolean turned = exif >= 5 && exif <= 8;
        assertEquals(turned ? HEIGHT : WIDTH, image.width());
        int right = WIDTH - 1;
        int bottom = HEIGHT - 1;
        assertNear(
                image,
                (x, y) -> switch (exif) {
                    case 2 -> stored.at(right - x, y);
                    case 3 -> stored.at(right - x, bottom - y);
                    case 4 -> stored.at(x, bottom - y);
                    case 5 -> stored.at(y, x);
                    case 6 -> stored.at(y, bottom - x);
                    case 7 -> stored.at(right - y, bottom - x);
                    case 8 -> stored.at(right - y, x);
                    default -> stored.at(x, y);
                },
                0);
    }

    private static void assertNear(RgbImage image, Colours expected, double tolerance) {
        for (int y = 0; y < image.height(); y++) {
            for (int x = 0; x < image.width(); x++) {
                double[] colours = colours(image, x, y);
                for (int channel = 0; channel < 3; channel++) {
                    int at = channel;
                    assertEquals(
                            expected.at(x, y)[channel], colours[channel], tolerance, "%d, %d, %d".formatted(x, y, at));
                }
            }
        }
    }

    private static double[] colours(RgbImage image, int x, int y) {
        int plane = image.width() * image.height();
        int at = y * image.width() + x;
        return new double[] {
            image.planes()[at] & 0xFF, image.planes()[plane + at] & 0xFF, image.planes()[2 * plane + at] & 0xFF
        };
    }

    private static RgbImage decode(byte[] image, Encoding encoding) {
        try (var decoder = new CropDecoder(64, 100_000)) {
            return decoder.fit(image, encoding, 1000);
        }
    }

    private static DrawnPng.Samples samples(int colourType, int max) {
        int bands =
                switch (colourType) {
                    case 2 -> 3;
                    case 4 -> 2;
                    case 6 -> 4;
                    default -> 1;
                };
        return (x, y) -> {
            var samples = new int[bands];
            for (int i = 0; i < bands; i++) {
                samples[i] = (x * (37 + i) + y * (53 * (max / 3 + 1) + i) + x * y * i) % (max + 1);
            }
            return samples;
        };
    }

    private static byte[] palette(int max) {
        var palette = new byte[3 * (Math.min(max, 255) + 1)];
        for (int i = 0; i < palette.length; i++) {
            palette[i] = (byte) (i * 83);
        }
        return palette;
    }

    private static double[] entry(byte[] palette, int index, double alpha) {
        return new double[] {
            (palette[3 * index] & 0xFF) * alpha,
            (palette[3 * index + 1] & 0xFF) * alpha,
            (palette[3 * index + 2] & 0xFF) * alpha
        };
    }

    private static double[] grey(double value) {
        return new double[] {value, value, value};
    }
}
