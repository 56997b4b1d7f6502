package io.rangestream.app.experiment.tailcut;

import io.rangestream.ingest.source.FaceRef;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * People and their faces, those with the most first; by name among those with equally many.
 *
 * @param people each with at least two faces: nobody else has a pair
 * @param tailBelow faces below which a person belongs to the tail
 */
record LongTail(List<Person> people, int tailBelow) {
    private static final int AT_LEAST = 2;

    /** @param faces sorted by name */
    record Person(String name, List<FaceRef> faces) {}

    LongTail {
        people = List.copyOf(people);
    }

    /** @param chosen which identities take part */
    static LongTail of(List<FaceRef> faces, Predicate<String> chosen, int tailBelow) {
        var byName = new TreeMap<String, List<FaceRef>>();
        faces.stream().filter(face -> chosen.test(face.identity())).forEach(face -> byName.computeIfAbsent(
                        face.identity(), id -> new ArrayList<>())
                .add(face));
        List<Person> people = byName.entrySet().stream()
                .filter(entry -> entry.getValue().size() >= AT_LEAST)
                .map(entry -> new Person(entry.getKey(), List.copyOf(entry.getValue())))
                .sorted(Comparator.comparingInt(
                                (Person person) -> person.faces().size())
                        .reversed()
                        .thenComparing(Person::name))
                .toList();
        return new LongTail(people, tailBelow);
    }

    boolean isTail(Person person) {
        return person.faces().size() < tailBelow;
    }

    List<Person> tail() {
        return people.stream().filter(this::isTail).toList();
    }

    /**
     * Who is left when the tail is cut from its end.
     *
     * @param percent of the tail's people, those with the fewest faces going first
     */
    List<Person> cut(int percent) {
        int gone = (int) Math.rint(tail().size() * percent / 100.0);
        return people.subList(0, people.size() - gone);
    }
}
