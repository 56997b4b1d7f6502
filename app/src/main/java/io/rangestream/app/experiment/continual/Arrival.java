package io.rangestream.app.experiment.continual;

import io.rangestream.ingest.source.FaceOrder;
import io.rangestream.ingest.source.FaceRef;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * How a stream arrives: a function of the faces, the order and the seed.
 *
 * @param faces in the order of arrival
 * @param onset how many faces arrive before the drift; all of them without one
 * @param waves each person's wave, from 0: equal numbers of people, by their first face
 */
record Arrival(List<FaceRef> faces, int onset, Map<String, Integer> waves) {

    /** @param waves into how many waves people are divided, where the order knows any */
    static Arrival of(List<FaceRef> faces, StreamOrder order, int waves, long seed) {
        return switch (order) {
            case SHUFFLED, ANY -> arrival(FaceOrder.SHUFFLED.arrange(faces, seed), faces.size(), 1);
            case DRIFT -> arrival(FaceOrder.SHUFFLED.arrange(faces, seed), faces.size() / 2, 1);
            case BY_IDENTITY -> arrival(FaceOrder.BY_IDENTITY.arrange(faces, seed), faces.size(), waves);
            case HEAD_FIRST -> arrival(FaceOrder.HEAD_FIRST.arrange(faces, seed), faces.size(), waves);
            case WAVES -> arrival(inWaves(faces, waves, seed), faces.size(), waves);
        };
    }

    private static Arrival arrival(List<FaceRef> faces, int onset, int waves) {
        Set<String> people = faces.stream().map(FaceRef::identity).collect(Collectors.toCollection(LinkedHashSet::new));
        return new Arrival(faces, onset, divided(List.copyOf(people), waves));
    }

    Arrival {
        faces = List.copyOf(faces);
        waves = Map.copyOf(waves);
    }

    /** The faces that are taken after the drift's onset. */
    Set<String> drifted() {
        return faces.subList(onset, faces.size()).stream().map(FaceRef::name).collect(Collectors.toSet());
    }

    /** A person's wave; the first for whoever is not in the stream. */
    int wave(String person) {
        return waves.getOrDefault(person, 0);
    }

    /** For each wave, how many faces arrive before its first. */
    List<Integer> starts() {
        int count = waves.values().stream().mapToInt(wave -> wave + 1).max().orElse(1);
        var starts = new ArrayList<>(Collections.nCopies(count, faces.size()));
        for (int i = faces.size() - 1; i >= 0; i--) {
            starts.set(wave(faces.get(i).identity()), i);
        }
        return List.copyOf(starts);
    }

    private static List<FaceRef> inWaves(List<FaceRef> faces, int waves, long seed) {
        var people =
                new ArrayList<>(faces.stream().map(FaceRef::identity).collect(Collectors.toCollection(TreeSet::new)));
        Collections.shuffle(people, new Random(seed));
        Map<String, Integer> waveOf = divided(people, waves);
        var ordered = new ArrayList<FaceRef>();
        for (int wave = 0; wave < waves; wave++) {
            int current = wave;
            List<FaceRef> own = faces.stream()
                    .filter(face -> waveOf.getOrDefault(face.identity(), 0) == current)
                    .toList();
            ordered.addAll(FaceOrder.SHUFFLED.arrange(own, seed + wave));
        }
        return ordered;
    }

    private static Map<String, Integer> divided(List<String> people, int waves) {
        Map<String, Integer> waveOf = new TreeMap<>();
        for (int i = 0; i < people.size(); i++) {
            waveOf.put(people.get(i), (int) ((long) i * waves / people.size()));
        }
        return waveOf;
    }
}
