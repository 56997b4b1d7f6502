package io.rangestream.schemas.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Encoding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is cut off is refused by its structure; what only the decoder sees, it reports. */
class CutPicturesTest {
    private static final int PLACES = 20;

    static Stream<Arguments> pictures() throws IOException {
        Map<String, byte[]> pictures = new LinkedHashMap<>();
        pictures.put("JPEG baseline", Pictures.encoded("jpeg", 90, 70, false));
        pictures.put("JPEG progressive", Pictures.encoded("jpeg", 90, 70, true));
        pictures.put("JPEG of four bands", Pictures.jpeg(90, 70, 4));
        DrawnPng.Samples samples = (x, y) -> new int[] {x * 2, y * 3, x * y % 251};
        pictures.put("PNG", new DrawnPng(90, 70, 8, 2, false).bytes(samples));
        pictures.put("PNG interlaced", new DrawnPng(90, 70, 8, 2, true).bytes(samples));
        pictures.put("BMP", new DrawnBmp(90, 70, 24, 40, false).bytes((x, y) -> x * y));
        pictures.put("BMP OS/2", new DrawnBmp(90, 70, 24, 12, false).bytes((x, y) -> x * y));
        return pictures.entrySet().stream().map(picture -> Arguments.of(picture.getKey(), picture.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pictures")
    void cutAtTwentyPlacesIsRefusedAsCutOff(String name, byte[] image) {
        Encoding encoding = ImageHeader.encodingOf(image);
        assertEquals(90 * 70, ImageHeader.check(image, encoding, 0, 0).pixels());
        for (int place = 1; place <= PLACES; place++) {
            byte[] cut = Arrays.copyOf(image, (int) ((long) (image.length - 1) * place / PLACES));
            var e = assertThrows(InvalidImageException.class, () -> ImageHeader.check(cut, encoding, 0, 0));
            boolean insideTheHeader = cut.length < 300;
            String reason = String.valueOf(e.getMessage());
            assertTrue(reason.contains("cut off") || insideTheHeader, place + ": " + reason);
            assertEquals(1, reason.lines().count());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pictures")
    void whatFollowsTheEndIsIgnored(String name, byte[] image) {
        byte[] longer = Arrays.copyOf(image, image.length + 1000);
        try (var decoder = new CropDecoder(32, 10_000)) {
            Encoding encoding = ImageHeader.encodingOf(image);
            assertTrue(Arrays.equals(decoder.decode(image, encoding, 0, 0), decoder.decode(longer, encoding, 0, 0)));
        }
    }

    @Test
    void aScanThatIsTooShortBeforeAProperEndIsDamage() throws IOException {
        byte[] image = Pictures.encoded("jpeg", 90, 70, false);
        for (int share = 50; share < 100; share += 5) {
            byte[] cut = Arrays.copyOf(image, image.length * share / 100);
            cut[cut.length - 4] = 1; // no half of a marker
            cut[cut.length - 3] = 1;
            cut[cut.length - 2] = (byte) 0xFF;
            cut[cut.length - 1] = (byte) 0xD9;
            assertLeftOut(cut, Encoding.JPEG, "a damaged JPEG: ");
        }
    }

    @Test
    void aProgressiveFileThatEndsProperlyAfterSomeScansIsIncomplete() throws IOException {
        byte[] image = Pictures.encoded("jpeg", 90, 70, true);
        int scans = 0;
        for (int at = 2; at + 1 < image.length; at++) {
            if ((image[at] & 0xFF) == 0xFF && (image[at + 1] & 0xFF) == 0xDA && scans++ > 0) {
                byte[] cut = Arrays.copyOf(image, at + 2);
                cut[at + 1] = (byte) 0xD9;
                var e = assertThrows(InvalidImageException.class, () -> ImageHeader.check(cut, Encoding.JPEG, 0, 0));
                assertEquals("a JPEG that is incomplete: scans are missing", e.getMessage());
            }
        }
        assertTrue(scans > 5);
    }

    @Test
    void compressedPixelsThatAreTooShortBeforeAProperEndAreDamage() {
        for (boolean interlaced : new boolean[] {false, true}) {
            var kind = new DrawnPng(90, 70, 8, 0, interlaced);
            byte[] image = kind.bytes((x, y) -> new int[] {x * y % 256});
            int length = ByteBuffer.wrap(image).getInt(33);
            byte[] half = Arrays.copyOfRange(image, 41, 41 + length / 2);
            byte[] chunk = DrawnPng.chunk("IDAT", half);
            byte[] end = DrawnPng.chunk("IEND", new byte[0]);
            byte[] cut = ByteBuffer.allocate(33 + chunk.length + end.length)
                    .put(image, 0, 33)
                    .put(chunk)
                    .put(end)
                    .array();
            assertLeftOut(cut, Encoding.PNG, "a damaged PNG: ");
        }
    }

    @Test
    void aWrongCheckSumIsDamage() {
        byte[] image = new DrawnPng(90, 70, 8, 0, false).bytes((x, y) -> new int[] {x});
        image[60] ^= 1;

        var e = assertThrows(InvalidImageException.class, () -> ImageHeader.check(image, Encoding.PNG, 0, 0));
        assertEquals("a damaged PNG: the check sum of chunk IDAT is wrong", e.getMessage());
    }

    private static void assertLeftOut(byte[] image, Encoding encoding, String reason) {
        ImageHeader.check(image, encoding, 0, 0);
        try (var decoder = new CropDecoder(32, 10_000)) {
            var e = assertThrows(InvalidImageException.class, () -> decoder.decode(image, encoding, 0, 0));
            assertTrue(String.valueOf(e.getMessage()).startsWith(reason), e.getMessage());
        }
    }
}
