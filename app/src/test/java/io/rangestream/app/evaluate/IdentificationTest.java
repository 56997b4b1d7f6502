package io.rangestream.app.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class IdentificationTest {

    @Test
    void ranksCountHowManyOfTheGalleryAreMoreSimilar() {
        // Given three people in the plane; a's probe is nearer to b, c's probe nearest to c.
        var templates = new Templates();
        templates.put("a/1", at(0));
        templates.put("a/2", at(50));
        templates.put("b/1", at(60));
        templates.put("b/2", at(62));
        templates.put("c/1", at(180));
        templates.put("c/2", at(175));

        Identification found = Identification.of(templates);

        assertEquals(3, found.gallery());
        assertEquals(3, found.probes());
        assertEquals(List.of(2.0 / 3, 1.0, 1.0), found.matchRates());
        assertEquals(1.0, found.matchRate(5));
    }

    @Test
    void strangersSetTheThresholdOfTheOpenSet() {
        // Given people far apart from each other, each with two close images
        var templates = new Templates();
        for (int p = 0; p < 20; p++) {
            templates.put("p" + p + "/1", at(18 * p));
            templates.put("p" + p + "/2", at(18 * p + 1));
        }

        Identification found = Identification.of(templates);

        // When strangers are at least 16 degrees away, then no probe of the gallery is missed at any rate.
        assertTrue(found.strangers() > 0 && found.known() > 0);
        assertEquals(List.of(1.0, 1.0), found.detectionRates());
    }

    @Test
    void onePersonCannotBeIdentified() {
        var templates = new Templates();
        templates.put("a/1", at(0));
        templates.put("a/2", at(1));
        templates.put("b/1", at(90));

        assertThrows(IllegalArgumentException.class, () -> Identification.of(templates));
    }

    private static float[] at(double degrees) {
        return new float[] {(float) Math.cos(Math.toRadians(degrees)), (float) Math.sin(Math.toRadians(degrees))};
    }
}
