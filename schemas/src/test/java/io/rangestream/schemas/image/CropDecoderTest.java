package io.rangestream.schemas.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.rangestream.avro.Encoding;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CropDecoderTest {
    private final CropDecoder decoder = new CropDecoder(32, 10_000);

    @Test
    void losslessEncodingsGiveTheSamePixels() throws IOException {
        byte[] raw = decoder.decode(Pictures.rgb(40, 24), Encoding.RAW_RGB, 40, 24);

        assertEquals(3 * 32 * 32, raw.length);
        assertArrayEquals(raw, decoder.decode(Pictures.encoded("png", 40, 24, false), Encoding.PNG, 0, 0));
        assertArrayEquals(raw, decoder.decode(Pictures.encoded("bmp", 40, 24, false), Encoding.BMP, 0, 0));
    }

    @Test
    void truncatedImagesAreRefusedOrDecodedButNothingElseIsThrown() throws IOException {
        for (Encoding encoding : new Encoding[] {Encoding.JPEG, Encoding.PNG, Encoding.BMP}) {
            byte[] image = Pictures.encoded(encoding.name(), 40, 24, false);
            for (int length = 0; length < image.length; length += 7) {
                tryDecode(Arrays.copyOf(image, length), encoding);
            }
        }
    }

    @Test
    void damagedImagesAreRefusedOrDecodedButNothingElseIsThrown() throws IOException {
        var random = new Random(2);
        for (Encoding encoding : new Encoding[] {Encoding.JPEG, Encoding.PNG, Encoding.BMP}) {
            byte[] image = Pictures.encoded(encoding.name(), 40, 24, encoding == Encoding.JPEG);
            for (int i = 0; i < 3_000; i++) {
                byte[] damaged = image.clone();
                for (int flips = random.nextInt(3); flips >= 0; flips--) {
                    damaged[random.nextInt(random.nextBoolean() ? image.length : 60)] = (byte) random.nextInt(256);
                }
                tryDecode(damaged, encoding);
            }
        }
        decoder.decode(Pictures.encoded("jpeg", 40, 24, false), Encoding.JPEG, 0, 0);
    }

    @Test
    void moreThanTheAllowedPixelsAreRefused() {
        assertThrows(
                InvalidImageException.class, () -> decoder.decode(new byte[101 * 100 * 3], Encoding.RAW_RGB, 101, 100));
    }

    @Test
    void aCropsNameIsTheHashOfItsBytes() {
        assertEquals(
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                FaceIds.contentHash(new byte[] {'a', 'b', 'c'}));
    }

    private void tryDecode(byte[] image, Encoding encoding) {
        try {
            assertEquals(3 * 32 * 32, decoder.decode(image, encoding, 0, 0).length);
        } catch (InvalidImageException expected) {
            assertEquals(1, String.valueOf(expected.getMessage()).lines().count());
        }
    }
}
