package io.rangestream.app.experiment.continual;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.ingest.source.FaceRef;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ArrivalTest {
    private static final int PEOPLE = 23;
    private static final int WAVES = 4;

    private final List<FaceRef> faces = faces();

    @ParameterizedTest
    @EnumSource(StreamOrder.class)
    void everyFaceArrivesOnceAndTheSeedAloneDecidesWhen(StreamOrder order) {
        // When
        List<FaceRef> arrived = Arrival.of(faces, order, WAVES, 1).faces();

        // Then
        assertEquals(new HashSet<>(faces), new HashSet<>(arrived));
        assertEquals(faces.size(), arrived.size());
        assertEquals(arrived, Arrival.of(faces, order, WAVES, 1).faces());
        assertNotEquals(arrived, Arrival.of(faces, order, WAVES, 2).faces());
    }

    @Test
    void byIdentityNobodyComesBack() {
        assertEquals(PEOPLE, stays(Arrival.of(faces, StreamOrder.BY_IDENTITY, WAVES, 1)));
        assertEquals(PEOPLE, stays(Arrival.of(faces, StreamOrder.HEAD_FIRST, WAVES, 1)));
        assertTrue(stays(Arrival.of(faces, StreamOrder.SHUFFLED, WAVES, 1)) > 2 * PEOPLE);
    }

    @Test
    void aWaveBeginsWhenTheOneBeforeIsOver() {
        // When
        Arrival arrival = Arrival.of(faces, StreamOrder.WAVES, WAVES, 1);

        // Then waves follow each other, with their people mixed
        int wave = 0;
        for (int i = 0; i < faces.size(); i++) {
            int own = arrival.wave(arrival.faces().get(i).identity());
            assertTrue(own == wave || own == wave + 1, "from wave " + wave + " to " + own);
            if (own > wave) {
                assertEquals(i, arrival.starts().get(own));
            }
            wave = own;
        }
        assertEquals(WAVES - 1, wave);
        assertEquals(0, arrival.starts().get(0));
        assertTrue(stays(arrival) > 2 * PEOPLE, "shuffled within the waves");
    }

    @Test
    void wavesHaveEquallyManyPeopleUpToOne() {
        Arrival arrival = Arrival.of(faces, StreamOrder.BY_IDENTITY, WAVES, 3);
        for (int wave = 0; wave < WAVES; wave++) {
            int current = wave;
            long people =
                    arrival.waves().values().stream().filter(w -> w == current).count();
            assertTrue(people == PEOPLE / WAVES || people == PEOPLE / WAVES + 1, people + " people");
        }
    }

    @Test
    void headFirstThoseWithTheMostFacesComeFirst() {
        List<FaceRef> arrived =
                Arrival.of(faces, StreamOrder.HEAD_FIRST, WAVES, 1).faces();
        assertTrue(count(arrived.get(0)) > count(arrived.get(faces.size() - 1)));
        for (int i = 1; i < arrived.size(); i++) {
            assertTrue(count(arrived.get(i)) <= count(arrived.get(i - 1)));
        }
    }

    @Test
    void theSecondHalfOfAStreamWithDriftHasDrifted() {
        Arrival arrival = Arrival.of(faces, StreamOrder.DRIFT, WAVES, 1);
        Set<String> drifted = arrival.drifted();
        for (int i = 0; i < faces.size(); i++) {
            assertEquals(
                    i >= faces.size() / 2,
                    drifted.contains(arrival.faces().get(i).name()));
        }
        assertEquals(Set.of(), Arrival.of(faces, StreamOrder.SHUFFLED, WAVES, 1).drifted());
    }

    @Test
    void toKnowEverythingLeavesNoOrderButTheDrift() {
        assertEquals(StreamOrder.ANY, StreamOrder.WAVES.seenBy(Arm.OFFLINE));
        assertEquals(StreamOrder.DRIFT, StreamOrder.DRIFT.seenBy(Arm.OFFLINE));
        assertEquals(StreamOrder.WAVES, StreamOrder.WAVES.seenBy(Arm.RAW));
    }

    /** How often the person changes from one face to the next, and one. */
    private static int stays(Arrival arrival) {
        int stays = 0;
        String last = "";
        for (FaceRef face : arrival.faces()) {
            stays += face.identity().equals(last) ? 0 : 1;
            last = face.identity();
        }
        return stays;
    }

    private long count(FaceRef of) {
        return faces.stream()
                .filter(face -> face.identity().equals(of.identity()))
                .count();
    }

    private static List<FaceRef> faces() {
        var faces = new ArrayList<FaceRef>();
        for (int person = 0; person < PEOPLE; person++) {
            for (int face = 0; face < 3 + person % 7; face++) {
                String identity = "p%02d".formatted(person);
                faces.add(new FaceRef(identity, "%s/%d.jpg".formatted(identity, face), 100, faces.size()));
            }
        }
        return faces;
    }
}
