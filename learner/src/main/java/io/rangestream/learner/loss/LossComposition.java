package io.rangestream.learner.loss;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which losses are summed, as in {@code softmax+range}: one that tells identities apart by the head, and any of those on the
 * embeddings of a batch.
 *
 * @param classification the head's loss
 * @param metrics the losses on embeddings, each once
 */
public record LossComposition(Classification classification, Set<Metric> metrics) {

    /** Losses of the classification head. */
    public enum Classification {
        /** Cross-entropy of linear logits. */
        SOFTMAX,
        /** Cross-entropy of scaled cosines, a margin off the target's. */
        COSFACE,
        /** Cross-entropy of scaled cosines, a margin added to the target's angle. */
        ARCFACE;

        /** The configured spelling. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Losses on the embeddings of a batch. */
    public enum Metric {
        RANGE,
        CONTRASTIVE,
        TRIPLET,
        CENTRE;

        /** The configured spelling. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public LossComposition {
        metrics = metrics.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(metrics));
    }

    /**
     * Reads names joined by {@code +}, in any order.
     *
     * @throws IllegalArgumentException in one line, naming the choices
     */
    public static LossComposition of(String configured) {
        List<Classification> classifications = new ArrayList<>();
        Set<Metric> metrics = EnumSet.noneOf(Metric.class);
        for (String name : configured.split("\\+", -1)) {
            String term = name.trim();
            if (!classifications.addAll(matching(Classification.values(), term))
                    && matching(Metric.values(), term).isEmpty()) {
                throw new IllegalArgumentException("loss %s: unknown term '%s', known: %s"
                        .formatted(configured, term, joined(Classification.values(), Metric.values())));
            }
            for (Metric metric : matching(Metric.values(), term)) {
                if (!metrics.add(metric)) {
                    throw new IllegalArgumentException("loss %s: %s is there twice".formatted(configured, metric));
                }
            }
        }
        if (classifications.size() != 1) {
            throw new IllegalArgumentException("loss %s: exactly one of its terms has to be one of: %s"
                    .formatted(configured, joined(Classification.values())));
        }
        return new LossComposition(classifications.get(0), metrics);
    }

    /** The configured spelling. */
    @Override
    public String toString() {
        return Stream.concat(Stream.of(classification), metrics.stream())
                .map(Object::toString)
                .collect(Collectors.joining("+"));
    }

    private static <T> List<T> matching(T[] values, String name) {
        return Arrays.stream(values)
                .filter(value -> value.toString().equalsIgnoreCase(name))
                .toList();
    }

    private static String joined(Object[]... values) {
        return Arrays.stream(values)
                .flatMap(Arrays::stream)
                .map(Object::toString)
                .collect(Collectors.joining(", "));
    }
}
