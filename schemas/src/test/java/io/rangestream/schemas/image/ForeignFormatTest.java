package io.rangestream.schemas.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.rangestream.avro.Encoding;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForeignFormatTest {
    @ParameterizedTest
    @CsvSource({
        "RIFF....WEBPVP8X, WebP",
        "GIF89a, GIF",
        "....ftypheic....mif1heic, HEIC",
        "....ftypmif1....mif1heic, HEIC",
        "....ftypavif....mif1miaf, AVIF",
        "....ftypmif1....mif1avif, AVIF",
        "....ftypisom, a video (MP4)",
        "8BPS, Photoshop",
        "%PDF-1.7, PDF",
        "'<?xml version=\"1.0\"?><svg>', SVG",
        "<!DOCTYPE html>, HTML",
        "/9j/4AAQSkZJRg, Base64 text of an image",
        "'no picture, but words', text"
    })
    void theReasonNamesIt(String start, String name) {
        assertName(start, name);
    }

    @Test
    void binaryMagicsAreKnown() {
        assertName("II*\0........", "TIFF");
        assertName("MM\0*........", "TIFF");
        assertName("\0\0\0\14jP  \r\n\u0087\n", "JPEG 2000");
        assertName("\u00ff\u004f\u00ff\u0051", "JPEG 2000");
        assertName("\u00ff\n......", "JPEG XL");
        assertName("\0\0\0\14JXL \r\n\u0087\n", "JPEG XL");
        assertName("\0\0\1\0\1\0", "icon (ICO)");
        assertName("P6\n8 8\n255\n", "Netpbm");
        assertName("BM and words, not a bitmap", "text");
    }

    @Test
    void unknownBytesAreNotGuessedAt() {
        var e = assertThrows(InvalidImageException.class, () -> ImageHeader.encodingOf(new byte[50]));
        assertEquals("not a JPEG, PNG or BMP image", e.getMessage());
    }

    @Test
    void anAnimatedPngIsRefused() {
        byte[] image =
                new DrawnPng(16, 16, 8, 0, false).bytes((x, y) -> new int[] {x}, DrawnPng.chunk("acTL", new byte[8]));

        var e = assertThrows(InvalidImageException.class, () -> ImageHeader.check(image, Encoding.PNG, 0, 0));
        assertEquals("an animated PNG, which is not decoded", e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "195, 8, 'a JPEG of a kind that is not decoded: lossless'",
        "197, 8, 'a JPEG of a kind that is not decoded: hierarchical'",
        "201, 8, 'a JPEG of a kind that is not decoded: arithmetic-coded'",
        "202, 8, 'a JPEG of a kind that is not decoded: arithmetic-coded'",
        "193, 12, 'a JPEG of a kind that is not decoded: 12 bits'"
    })
    void kindsOfJpegThatTheDecoderDoesNotKnow(int frame, int bits, String reason) {
        byte[] image = Pictures.jpeg(16, 16, 3);
        int at = Pictures.indexOf(image, 0xFF, 0xC0);
        image[at + 1] = (byte) frame;
        image[at + 4] = (byte) bits;

        var e = assertThrows(InvalidImageException.class, () -> ImageHeader.check(image, Encoding.JPEG, 0, 0));
        assertEquals(reason, e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"1, run lengths", "2, run lengths", "4, a JPEG inside", "5, a PNG inside", "99, compression 99"})
    void compressedBmps(int compression, String reason) {
        byte[] image = new DrawnBmp(16, 16, 8, 40, false).bytes((x, y) -> 0, 0);
        image[30] = (byte) compression;

        var e = assertThrows(InvalidImageException.class, () -> ImageHeader.check(image, Encoding.BMP, 0, 0));
        assertEquals("a BMP of a kind that is not decoded: " + reason, e.getMessage());
    }

    private static void assertName(String start, String name) {
        byte[] bytes = start.getBytes(StandardCharsets.ISO_8859_1);
        var e = assertThrows(InvalidImageException.class, () -> ImageHeader.check(bytes, Encoding.JPEG, 0, 0));
        assertEquals("not a JPEG, PNG or BMP image but " + name, e.getMessage());
    }
}
