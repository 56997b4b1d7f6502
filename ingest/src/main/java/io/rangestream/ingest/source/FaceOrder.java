package io.rangestream.ingest.source;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/** The order in which crops are sent. Each is a function of the crops and the seed. */
public enum FaceOrder {
    /** All crops, shuffled: what a stream from many cameras looks like. */
    SHUFFLED {
        @Override
        List<FaceRef> arrange(Map<String, List<FaceRef>> byIdentity, Random random) {
            return shuffled(flat(byIdentity.values()), random);
        }
    },
    /** One identity after another, identities shuffled: the hardest stream for a learner that forgets. */
    BY_IDENTITY {
        @Override
        List<FaceRef> arrange(Map<String, List<FaceRef>> byIdentity, Random random) {
            return flat(shuffled(List.copyOf(byIdentity.values()), random));
        }
    },
    /** One identity after another, those with the most crops first; shuffled among those with equally many. */
    HEAD_FIRST {
        @Override
        List<FaceRef> arrange(Map<String, List<FaceRef>> byIdentity, Random random) {
            List<List<FaceRef>> identities = shuffled(List.copyOf(byIdentity.values()), random);
            identities.sort(Comparator.<List<FaceRef>>comparingInt(List::size).reversed());
            return flat(identities);
        }
    },
    /**
     * The crops of all identities with at least {@link #HEAD_CROPS}, shuffled, then those of all others, shuffled: people
     * of whom there is little arrive when the head has been learned.
     */
    TAIL_LAST {
        @Override
        List<FaceRef> arrange(Map<String, List<FaceRef>> byIdentity, Random random) {
            Map<Boolean, List<List<FaceRef>>> parts =
                    byIdentity.values().stream().collect(Collectors.partitioningBy(f -> f.size() >= HEAD_CROPS));
            List<FaceRef> head = shuffled(flat(parts.getOrDefault(true, List.of())), random);
            List<FaceRef> tail = shuffled(flat(parts.getOrDefault(false, List.of())), random);
            return flat(List.of(head, tail));
        }
    };

    /** Crops from which on an identity belongs to the head; below, to the tail. */
    public static final int HEAD_CROPS = 20;

    /** The crops in this order. The same crops in any order and the same seed give the same order. */
    public final List<FaceRef> arrange(List<FaceRef> faces, long seed) {
        Map<String, List<FaceRef>> byIdentity = faces.stream()
                .sorted(Comparator.comparing(FaceRef::identity)
                        .thenComparing(FaceRef::name)
                        .thenComparingLong(FaceRef::position))
                .collect(Collectors.groupingBy(FaceRef::identity, LinkedHashMap::new, Collectors.toList()));
        return arrange(byIdentity, new Random(seed));
    }

    /** @param byIdentity sorted by identity, the crops by name */
    abstract List<FaceRef> arrange(Map<String, List<FaceRef>> byIdentity, Random random);

    /** The name in a configuration: {@code head-first} for {@link #HEAD_FIRST}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static <T> List<T> shuffled(List<T> items, Random random) {
        List<T> copy = new ArrayList<>(items);
        Collections.shuffle(copy, random);
        return copy;
    }

    private static List<FaceRef> flat(Iterable<List<FaceRef>> lists) {
        List<FaceRef> all = new ArrayList<>();
        lists.forEach(all::addAll);
        return all;
    }
}
