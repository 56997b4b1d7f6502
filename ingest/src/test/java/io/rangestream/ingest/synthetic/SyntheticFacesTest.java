package io.rangestream.ingest.synthetic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Encoding;
import io.rangestream.ingest.source.FaceRef;
import io.rangestream.schemas.image.CropDecoder;
import io.rangestream.schemas.image.FaceIds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SyntheticFacesTest {
    @Test
    void equalSeedsGiveEqualBytesAndOtherSeedsOtherFaces() {
        var population = Population.of(20, 100);

        List<String> first = hashes(new SyntheticFaces(population, 1));

        assertEquals(first, hashes(new SyntheticFaces(population, 1)));
        var other = new HashSet<>(hashes(new SyntheticFaces(population, 2)));
        assertTrue(first.stream().noneMatch(other::contains));
        assertEquals(100, new HashSet<>(first).size(), "no crop twice");
    }

    @Test
    void aCropDoesNotDependOnWhatWasReadBefore() {
        var forwards = new SyntheticFaces(Population.of(5, 20), 3);
        var alone = new SyntheticFaces(Population.of(5, 20), 3);
        byte[] last = new byte[0];
        for (FaceRef face : forwards.faces()) {
            last = forwards.read(face);
        }

        assertArrayEquals(last, alone.read(alone.faces().get(19)));
    }

    @Test
    void cropsFollowZipfsLawAndAddUp() {
        int[] crops = new Population(1_000, 20_000, 1, 1).crops();

        assertEquals(20_000, Arrays.stream(crops).sum());
        assertTrue(IntStream.range(1, 1_000).allMatch(i -> crops[i] <= crops[i - 1]), "most first");
        assertEquals(10, (double) crops[0] / crops[9], 0.5);
        assertEquals(100, (double) crops[0] / crops[99], 5);
        assertTrue(crops[999] >= 1);
    }

    @Test
    void populationsWithoutATailAndWithOneCropEachAreAllowed() {
        assertArrayEquals(new int[] {4, 4, 4}, new Population(3, 12, 0, 1).crops());
        assertArrayEquals(new int[] {1, 1, 1}, Population.of(3, 3).crops());
        assertArrayEquals(new int[] {7}, Population.of(1, 7).crops());
        assertThrows(IllegalArgumentException.class, () -> Population.of(4, 3));
        assertThrows(IllegalArgumentException.class, () -> new Population(4, 7, 1, 2));
        assertThrows(IllegalArgumentException.class, () -> new Population(4, 9, Double.NaN, 1));
    }

    @Test
    void everyPersonHasAsManyCropsAsTheLawSays() {
        var population = Population.of(50, 400);
        var counts = new SyntheticFaces(population, 9)
                .faces().stream().collect(Collectors.groupingBy(FaceRef::identity, Collectors.counting()));

        int[] sorted =
                counts.values().stream().mapToInt(Long::intValue).sorted().toArray();
        int[] expected = Arrays.stream(population.crops()).sorted().toArray();
        assertArrayEquals(expected, sorted);
        assertNotEquals(
                population.crops()[0], counts.get("person-9-00000").intValue(), "a number does not tell the rank");
    }

    /** Measured 0.60; at 0.5 the same person's crops would have nothing in common, near 1 there were nothing to learn. */
    @Test
    void rawPixelsVerifyPoorlyButBetterThanChance() {
        var faces = new SyntheticFaces(new Population(120, 480, 0, 4), 11);
        List<float[]> pixels = new ArrayList<>();
        try (var decoder = new CropDecoder(32, 10_000)) {
            for (FaceRef face : faces.faces()) {
                pixels.add(unit(decoder.decode(faces.read(face), Encoding.JPEG, 0, 0)));
            }
        }
        List<Float> genuine = new ArrayList<>();
        List<Float> impostor = new ArrayList<>();
        for (int i = 0; i < pixels.size(); i++) {
            for (int j = 0; j < i; j++) {
                boolean same = faces.faces()
                        .get(i)
                        .identity()
                        .equals(faces.faces().get(j).identity());
                if (same || (i + j) % 17 == 0) {
                    (same ? genuine : impostor).add(dot(pixels.get(i), pixels.get(j)));
                }
            }
        }

        double auc = auc(genuine, impostor);

        assertTrue(auc > 0.53 && auc < 0.70, "AUC " + auc);
    }

    private static List<String> hashes(SyntheticFaces faces) {
        return faces.faces().stream()
                .map(face -> FaceIds.contentHash(faces.read(face)))
                .toList();
    }

    private static float[] unit(byte[] planes) {
        var values = new float[planes.length];
        double squares = 0;
        for (int i = 0; i < planes.length; i++) {
            values[i] = planes[i] & 0xFF;
            squares += values[i] * values[i];
        }
        for (int i = 0; i < values.length; i++) {
            values[i] /= (float) Math.sqrt(squares);
        }
        return values;
    }

    private static float dot(float[] a, float[] b) {
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double auc(List<Float> genuine, List<Float> impostor) {
        double won = 0;
        for (float g : genuine) {
            for (float i : impostor) {
                won += g > i ? 1 : g == i ? 0.5 : 0;
            }
        }
        return won / genuine.size() / impostor.size();
    }
}
