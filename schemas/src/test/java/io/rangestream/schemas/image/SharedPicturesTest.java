package io.rangestream.schemas.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rangestream.avro.Encoding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Drawn pictures with the right pixels beside them, outside the repository. */
class SharedPicturesTest {
    private static final Path FOLDER = Path.of("../../shared/fixtures/inputs/img");

    @BeforeEach
    void there() {
        assumeTrue(Files.isDirectory(FOLDER), "the shared pictures are not there");
    }

    @ParameterizedTest
    @CsvSource({"syn-grey.jpg, 2", "syn-grey8.png, 2", "syn-greyalpha.png, 2", "syn-exif6.jpg, 2", "syn-cmyk.jpg, 6"})
    void thePixelsAreRight(String name, int tolerance) throws IOException {
        byte[] planes = decoded(name);
        byte[] right = Files.readAllBytes(FOLDER.resolve(name + ".rgb"));

        int plane = 112 * 112;
        for (int i = 0; i < right.length; i++) {
            assertEquals(right[i] & 0xFF, planes[i % 3 * plane + i / 3] & 0xFF, tolerance);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "syn-cut50.jpg, JPEG, a JPEG that is cut off: no end after 1752 bytes",
        "syn-cut50.png, PNG, a PNG that is cut off: no end after 986 bytes",
        "syn-webp.jpg, JPEG, 'not a JPEG, PNG or BMP image but WebP'"
    })
    void theReasonIsRight(String name, Encoding encoding, String reason) throws IOException {
        byte[] image = Files.readAllBytes(FOLDER.resolve(name));

        var e = assertThrows(InvalidImageException.class, () -> ImageHeader.check(image, encoding, 0, 0));
        assertEquals(reason, e.getMessage());
    }

    @Test
    void aProfileChangesNothing() throws IOException {
        byte[] jpeg = Files.readAllBytes(FOLDER.resolve("syn-p3.jpg"));
        byte[] without = Pictures.withoutSegments(jpeg, 0xE2);
        assertTrue(without.length < jpeg.length);
        try (var decoder = new CropDecoder(112, 100_000)) {
            assertArrayEquals(decoder.decode(without, Encoding.JPEG, 0, 0), decoder.decode(jpeg, Encoding.JPEG, 0, 0));
        }
        byte[] png = decoded("syn-p3.png");
        byte[] lossy = decoded("syn-p3.jpg");
        double sum = 0;
        for (int i = 0; i < png.length; i++) {
            sum += Math.abs((png[i] & 0xFF) - (lossy[i] & 0xFF));
        }
        assertEquals(0, sum / png.length, 3, "the loss of JPEG alone");
    }

    private static byte[] decoded(String name) throws IOException {
        byte[] image = Files.readAllBytes(FOLDER.resolve(name));
        Encoding encoding = ImageHeader.encodingOf(image);
        ImageHeader.check(image, encoding, 0, 0);
        try (var decoder = new CropDecoder(112, 100_000)) {
            return decoder.decode(image, encoding, 0, 0);
        }
    }
}
