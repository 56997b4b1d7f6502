package io.rangestream.schemas.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResamplerTest {
    @ParameterizedTest
    @CsvSource({"112, 112", "250, 100", "17, 300", "1, 1", "64, 64", "3, 5"})
    void aConstantStaysConstant(int width, int height) {
        var rgb = new byte[width * height * 3];
        Arrays.fill(rgb, (byte) 201);

        byte[] planes = planes(width, height, rgb);

        var expected = new byte[3 * 64 * 64];
        Arrays.fill(expected, (byte) 201);
        assertArrayEquals(expected, planes);
    }

    @Test
    void theSameSizeIsTheSamePictureInPlanes() {
        byte[] rgb = Pictures.rgb(64, 64);

        byte[] planes = planes(64, 64, rgb);

        for (int i = 0; i < 64 * 64; i++) {
            for (int channel = 0; channel < 3; channel++) {
                assertEquals(rgb[i * 3 + channel], planes[channel * 64 * 64 + i]);
            }
        }
    }

    @Test
    void aLinearRampStaysLinear() {
        var rgb = new byte[128 * 128 * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i / 3 % 128 * 2);
        }

        byte[] planes = planes(128, 128, rgb);

        // Pixel x covers the sources 2x and 2x + 1, whose mean is 4x + 1; the filter is symmetric but at the border.
        for (int x = 1; x < 63; x++) {
            assertEquals(4 * x + 1, planes[20 * 64 + x] & 0xFF);
        }
    }

    /** Figures of Pillow 9.4.0, {@code resize((64, 64), BILINEAR)}, of the same picture. It rounds between passes. */
    @ParameterizedTest
    @CsvSource({
        "112, 112, 0, 0, 6, 4, 0",
        "112, 112, 5, 9, 112, 163, 204",
        "112, 112, 31, 32, 40, 167, 199",
        "112, 112, 63, 0, 19, 54, 255",
        "112, 112, 0, 63, 79, 41, 255",
        "112, 112, 40, 17, 70, 127, 244",
        "112, 112, 63, 63, 80, 91, 0",
        "112, 112, 20, 50, 125, 142, 184",
        "30, 20, 0, 0, 0, 0, 0",
        "30, 20, 5, 9, 22, 16, 0",
        "30, 20, 31, 32, 129, 184, 0",
        "30, 20, 63, 0, 203, 73, 255",
        "30, 20, 0, 63, 57, 95, 0",
        "30, 20, 40, 17, 144, 111, 0",
        "30, 20, 63, 63, 4, 168, 255",
        "30, 20, 20, 50, 110, 159, 72"
    })
    void valuesAreThoseOfPillow(int width, int height, int x, int y, int red, int green, int blue) {
        byte[] planes = planes(width, height, Pictures.rgb(width, height));

        int[] expected = {red, green, blue};
        for (int channel = 0; channel < 3; channel++) {
            assertEquals(expected[channel], planes[(channel * 64 + y) * 64 + x] & 0xFF, 1, "channel " + channel);
        }
    }

    @Test
    void sumsAreThoseOfPillow() {
        byte[] planes = planes(112, 112, Pictures.rgb(112, 112));

        int[] pillow = {520_651, 519_012, 522_240};
        for (int channel = 0; channel < 3; channel++) {
            int sum = 0;
            for (int i = 0; i < 64 * 64; i++) {
                sum += planes[channel * 64 * 64 + i] & 0xFF;
            }
            assertEquals(pillow[channel], sum, 64 * 64 * 0.15, "a bias of less than a sixth of a level");
        }
    }

    private static byte[] planes(int width, int height, byte[] rgb) {
        return Resampler.to(64, 64, width, height)
                .planes((y, row) -> System.arraycopy(rgb, y * row.length, row, 0, row.length));
    }
}
