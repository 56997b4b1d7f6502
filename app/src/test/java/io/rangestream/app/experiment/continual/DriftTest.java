package io.rangestream.app.experiment.continual;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class DriftTest {
    @Test
    void isAFunctionOfTheNameAndTheSeed() throws IOException {
        byte[] image = grey(100);
        byte[] taken = new Drift(1).apply("a/1.jpg", image);
        assertArrayEquals(taken, new Drift(1).apply("a/1.jpg", image));
        assertFalse(Arrays.equals(taken, new Drift(1).apply("a/2.jpg", image)));
        assertFalse(Arrays.equals(taken, new Drift(2).apply("a/1.jpg", image)));
    }

    @Test
    void someFacesBecomeDarkerAndSomeBrighterAndAllNoisy() throws IOException {
        int darker = 0;
        int brighter = 0;
        for (int i = 0; i < 20; i++) {
            BufferedImage taken =
                    ImageIO.read(new ByteArrayInputStream(new Drift(1).apply("a/%d.jpg".formatted(i), grey(100))));
            assertEquals(40, taken.getWidth());
            int[] values = IntStream.range(0, 1600)
                    .map(p -> taken.getRGB(p % 40, p / 40) >> 8 & 0xFF)
                    .toArray();
            double mean = Arrays.stream(values).average().orElseThrow();
            darker += mean < 65 ? 1 : 0;
            brighter += mean > 135 ? 1 : 0;
            assertTrue(Arrays.stream(values).distinct().count() > 10, "noise");
        }
        assertEquals(20, darker + brighter);
        assertTrue(darker > 2 && brighter > 2, darker + " darker, " + brighter + " brighter");
    }

    @Test
    void edgesAreBlurred() throws IOException {
        // Given black beside white
        var image = new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 40; y++) {
            for (int x = 20; x < 40; x++) {
                image.setRGB(x, y, 0xFFFFFF);
            }
        }

        // When
        BufferedImage taken = ImageIO.read(new ByteArrayInputStream(new Drift(1).apply("a/1.jpg", encoded(image))));

        // Then the step takes more than a pixel, in the mean over the rows
        double left = column(taken, 5);
        double right = column(taken, 35);
        double step = column(taken, 20) - column(taken, 19);
        assertTrue(step < 0.5 * (right - left), step + " of " + (right - left));
    }

    @Test
    void whatIsNoImageIsAnErrorThatNamesIt() {
        IOException refused = assertThrows(IOException.class, () -> new Drift(1).apply("a/1.jpg", new byte[10]));
        assertTrue(String.valueOf(refused.getMessage()).contains("a/1.jpg"));
    }

    private static double column(BufferedImage image, int x) {
        return IntStream.range(0, 40)
                .map(y -> image.getRGB(x, y) >> 8 & 0xFF)
                .average()
                .orElseThrow();
    }

    private static byte[] grey(int value) throws IOException {
        var image = new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < 1600; p++) {
            image.setRGB(p % 40, p / 40, value << 16 | value << 8 | value);
        }
        return encoded(image);
    }

    private static byte[] encoded(BufferedImage image) throws IOException {
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }
}
