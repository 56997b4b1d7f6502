package io.rangestream.ingest.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FaceOrderTest {
    private static final Map<String, Integer> CROPS = Map.of("a", 3, "b", 25, "c", 40, "d", 19, "e", 20, "f", 3);

    @ParameterizedTest
    @EnumSource
    void anOrderKeepsEveryCropAndDependsOnTheSeedAlone(FaceOrder order) {
        List<FaceRef> faces = faces();
        List<FaceRef> mixed = new ArrayList<>(faces);
        Collections.shuffle(mixed, new Random(5));

        List<FaceRef> first = order.arrange(faces, 1);

        assertEquals(new HashSet<>(faces), new HashSet<>(first));
        assertEquals(faces.size(), first.size());
        assertEquals(first, order.arrange(mixed, 1));
        assertNotEquals(first, order.arrange(faces, 2));
    }

    @Test
    void byIdentityGivesOneIdentityAfterAnother() {
        assertEquals(6, runs(FaceOrder.BY_IDENTITY.arrange(faces(), 1)).size());
    }

    @Test
    void headFirstGivesIdentitiesByDescendingCrops() {
        List<String> runs = runs(FaceOrder.HEAD_FIRST.arrange(faces(), 1));

        assertEquals(List.of("c", "b", "e", "d"), runs.subList(0, 4));
        assertEquals(6, runs.size());
    }

    @Test
    void tailLastGivesIdentitiesBelowTwentyCropsLast() {
        List<FaceRef> order = FaceOrder.TAIL_LAST.arrange(faces(), 1);

        assertTrue(order.subList(0, 85).stream()
                .allMatch(f -> List.of("b", "c", "e").contains(f.identity())));
        assertTrue(order.subList(85, 110).stream()
                .allMatch(f -> List.of("a", "d", "f").contains(f.identity())));
        assertTrue(runs(order).size() > 20, "each part is shuffled");
    }

    private static List<FaceRef> faces() {
        List<FaceRef> faces = new ArrayList<>();
        CROPS.forEach((identity, crops) -> {
            for (int i = 0; i < crops; i++) {
                faces.add(new FaceRef(identity, "%s/%02d".formatted(identity, i), 1, faces.size()));
            }
        });
        return faces;
    }

    private static List<String> runs(List<FaceRef> faces) {
        List<String> runs = new ArrayList<>();
        for (FaceRef face : faces) {
            if (runs.isEmpty() || !runs.get(runs.size() - 1).equals(face.identity())) {
                runs.add(face.identity());
            }
        }
        return runs;
    }
}
