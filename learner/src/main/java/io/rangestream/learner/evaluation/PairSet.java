package io.rangestream.learner.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Pairs of holdout faces. Equal faces give equal pairs, in whatever order they came.
 *
 * @param faces the faces, sorted by key
 * @param genuine pairs of one person, as indices into faces
 * @param impostor pairs of two people
 */
public record PairSet(List<HoldoutFace> faces, List<Pair> genuine, List<Pair> impostor) {
    private static final int IMPOSTORS_PER_GENUINE = 20;
    private static final int MAX_IMPOSTORS = 20_000;

    /** Two faces, as indices. */
    public record Pair(int first, int second) {}

    /**
     * All genuine pairs, at most {@code maxPerIdentity} of each person, and about twenty times as many impostor pairs.
     *
     * @param faces sorted by key
     */
    public static PairSet of(List<HoldoutFace> faces, int maxPerIdentity, long seed) {
        var random = new SplittableRandom(seed);
        Map<String, List<Integer>> byIdentity = new TreeMap<>();
        for (int i = 0; i < faces.size(); i++) {
            byIdentity
                    .computeIfAbsent(faces.get(i).identity(), identity -> new ArrayList<>())
                    .add(i);
        }
        var genuine = new ArrayList<Pair>();
        byIdentity.values().forEach(own -> genuine.addAll(pairsWithin(own, maxPerIdentity, random)));
        return new PairSet(faces, List.copyOf(genuine), impostors(faces, genuine.size(), random));
    }

    /** Whether both kinds of pairs are there. */
    public boolean isUsable() {
        return !genuine.isEmpty() && !impostor.isEmpty();
    }

    /** Some of the genuine pairs, and all impostor pairs. */
    PairSet ofGenuine(int[] which) {
        return new PairSet(faces, Arrays.stream(which).mapToObj(genuine::get).toList(), impostor);
    }

    private static List<Pair> pairsWithin(List<Integer> own, int max, SplittableRandom random) {
        var all = new ArrayList<Pair>();
        for (int i = 0; i < own.size(); i++) {
            for (int j = i + 1; j < own.size(); j++) {
                all.add(new Pair(own.get(i), own.get(j)));
            }
        }
        // The first max of a Fisher-Yates shuffle.
        for (int i = 0; i < Math.min(max, all.size()); i++) {
            int j = random.nextInt(i, all.size());
            Pair pair = all.get(i);
            all.set(i, all.get(j));
            all.set(j, pair);
        }
        return all.subList(0, Math.min(max, all.size()));
    }

    private static List<Pair> impostors(List<HoldoutFace> faces, int genuine, SplittableRandom random) {
        int wanted = Math.min(MAX_IMPOSTORS, genuine * IMPOSTORS_PER_GENUINE);
        var pairs = new ArrayList<Pair>();
        var drawn = new HashSet<Pair>();
        // Drawing fails where nearly all faces are of one person or all pairs are taken: the number of tries is
        // bounded.
        for (int tries = 0; pairs.size() < wanted && tries < 3 * wanted; tries++) {
            int a = random.nextInt(faces.size());
            int b = random.nextInt(faces.size());
            var pair = new Pair(Math.min(a, b), Math.max(a, b));
            if (!faces.get(a).identity().equals(faces.get(b).identity()) && drawn.add(pair)) {
                pairs.add(pair);
            }
        }
        return List.copyOf(pairs);
    }
}
