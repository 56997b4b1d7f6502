package io.rangestream.app.experiment.tailcut;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.app.experiment.tailcut.LongTail.Person;
import io.rangestream.ingest.source.FaceRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LongTailTest {
    private static final Map<String, Integer> FACES =
            Map.of("anna", 30, "ben", 19, "cleo", 4, "dan", 4, "eve", 2, "fay", 1, "gus", 25);

    @Test
    void aCutTakesTheFewestFacesFirstAndOfEqualsTheLastByName() {
        var tail = LongTail.of(faces(), name -> true, 20);

        assertEquals(List.of("anna", "gus", "ben", "cleo", "dan", "eve"), names(tail.cut(0)));
        assertEquals(List.of("anna", "gus", "ben", "cleo"), names(tail.cut(50)));
        assertEquals(List.of("anna", "gus"), names(tail.cut(100)));
    }

    @Test
    void whoHasOneFaceOrIsNotChosenTakesNoPart() {
        var tail = LongTail.of(faces(), name -> !name.equals("ben"), 20);

        assertTrue(names(tail.people()).stream().noneMatch(name -> name.equals("fay") || name.equals("ben")));
        assertEquals(List.of("cleo", "dan", "eve"), names(tail.tail()));
    }

    @Test
    void theTailEndsWhereItIsToldTo() {
        assertEquals(List.of("eve"), names(LongTail.of(faces(), name -> true, 3).tail()));
    }

    private static List<FaceRef> faces() {
        var faces = new ArrayList<FaceRef>();
        FACES.forEach((name, count) -> {
            for (int i = 0; i < count; i++) {
                faces.add(new FaceRef(name, "%s/%02d.jpg".formatted(name, i), 1, i));
            }
        });
        return faces;
    }

    private static List<String> names(List<Person> people) {
        return people.stream().map(Person::name).toList();
    }
}
