package io.rangestream.schemas.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Encoding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ImageHeaderTest {
    @Test
    void theHeadersOfAllFormatsAreRead() throws IOException {
        assertEquals(header(Encoding.JPEG), ImageHeader.read(Pictures.encoded("jpeg", 40, 24, false)));
        assertEquals(header(Encoding.PNG), ImageHeader.read(Pictures.encoded("png", 40, 24, false)));
        assertEquals(header(Encoding.BMP), ImageHeader.read(Pictures.encoded("bmp", 40, 24, false)));
    }

    @Test
    void aProgressiveJpegsHeaderIsRead() throws IOException {
        byte[] image = Pictures.encoded("jpeg", 40, 24, true);

        assertTrue(Pictures.indexOf(image, 0xFF, 0xC2) > 0, "SOF2");
        assertEquals(header(Encoding.JPEG), ImageHeader.read(image));
    }

    @Test
    void aTopDownBmpHasAPositiveHeight() throws IOException {
        byte[] image = Pictures.encoded("bmp", 40, 24, false);
        Arrays.fill(image, 22, 26, (byte) 0xFF);
        image[22] = (byte) -24;

        assertEquals(header(Encoding.BMP), ImageHeader.read(image));
    }

    @Test
    void aHugeClaimIsReadButNotBelieved() throws IOException {
        byte[] image = Pictures.encoded("png", 40, 24, false);
        ByteBuffer.wrap(image).putInt(16, 20_000).putInt(20, 20_000);

        ImageHeader header = ImageHeader.read(image).orElseThrow();

        assertEquals(400_000_000L, header.pixels());
        try (var decoder = new CropDecoder(64, 4_000_000)) {
            var e = assertThrows(InvalidImageException.class, () -> decoder.decode(image, Encoding.PNG, 0, 0));
            assertEquals("20000 x 20000 pixels: a side is longer than 8192", e.getMessage());
        }
    }

    @Test
    void aTruncatedHeaderIsNoImageAtAnyLength() throws IOException {
        for (String format : new String[] {"jpeg", "png", "bmp"}) {
            byte[] image = Pictures.encoded(format, 40, 24, false);
            int known = 0;
            for (int length = 0; length <= image.length; length++) {
                Optional<ImageHeader> header = ImageHeader.read(Arrays.copyOf(image, length));
                assertTrue(header.isPresent() || known == 0, "once known, known");
                known += header.isPresent() ? 1 : 0;
            }
            assertTrue(known > 0 && known < image.length - 10, format);
        }
    }

    @Test
    void aBmpWhoseHeaderClaimsAHugePaletteOrOffsetCostsNothing() throws IOException {
        byte[] image = Pictures.encoded("bmp", 40, 24, false);
        image[10 + 3] = 0x70; // offset of the pixels
        assertThrows(InvalidImageException.class, () -> ImageHeader.check(image, Encoding.BMP, 0, 0));
        byte[] colours = Pictures.encoded("bmp", 40, 24, false);
        colours[46 + 3] = 0x70; // number of colours, which mean nothing for 24 bits
        assertEquals(960, ImageHeader.check(colours, Encoding.BMP, 0, 0).pixels());
    }

    @Test
    void zeroAndNegativeSizesAreNoImage() throws IOException {
        byte[] png = Pictures.encoded("png", 40, 24, false);
        ByteBuffer.wrap(png).putInt(16, 0);
        assertEquals(Optional.empty(), ImageHeader.read(png));
        ByteBuffer.wrap(png).putInt(16, -1);
        assertEquals(Optional.empty(), ImageHeader.read(png));
        byte[] bmp = Pictures.encoded("bmp", 40, 24, false);
        ByteBuffer.wrap(bmp).putInt(22, 0x80); // little-endian Integer.MIN_VALUE, which has no absolute value
        assertEquals(Optional.empty(), ImageHeader.read(bmp));
    }

    @Test
    void aDeclarationMustFitTheBytes() throws IOException {
        byte[] png = Pictures.encoded("png", 40, 24, false);

        assertEquals(Encoding.PNG, ImageHeader.check(png, Encoding.PNG, 0, 0).encoding());
        assertThrows(InvalidImageException.class, () -> ImageHeader.check(png, Encoding.JPEG, 0, 0));
        assertThrows(InvalidImageException.class, () -> ImageHeader.check(new byte[0], Encoding.PNG, 0, 0));
        assertEquals(
                80, ImageHeader.check(new byte[240], Encoding.RAW_RGB, 10, 8).pixels());
        assertThrows(InvalidImageException.class, () -> ImageHeader.check(new byte[240], Encoding.RAW_RGB, 10, 9));
        assertThrows(InvalidImageException.class, () -> ImageHeader.check(new byte[240], Encoding.RAW_RGB, -10, -8));
    }

    private static Optional<ImageHeader> header(Encoding encoding) {
        return Optional.of(new ImageHeader(encoding, 40, 24));
    }
}
