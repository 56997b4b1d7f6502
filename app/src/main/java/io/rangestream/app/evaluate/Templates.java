package io.rangestream.app.evaluate;

import io.rangestream.schemas.config.ConfigurationException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Embeddings by name. A template is the embedding of one image or the mean of a video's frames; similarity is the cosine, so
 * lengths do not matter. All are of one dimension.
 *
 * <p>Whose a template is follows from its name: {@code identity/anything}, or {@code Identity_0001} as in LFW.
 */
public final class Templates {
    private final Map<String, Row> rows = new TreeMap<>();
    private int dim;

    private record Row(float[] values, double norm) {}

    /** @throws ConfigurationException if the embedding is of another dimension than the others or not finite */
    void put(String name, float[] embedding) {
        if (!rows.isEmpty() && embedding.length != dim) {
            throw new ConfigurationException(
                    "the embedding of %s has %d values instead of %d".formatted(name, embedding.length, dim));
        }
        double squares = 0;
        for (float v : embedding) {
            squares += (double) v * v;
        }
        if (!Double.isFinite(squares)) {
            throw new ConfigurationException("the embedding of %s is not finite".formatted(name));
        }
        dim = embedding.length;
        rows.put(name, new Row(embedding.clone(), Math.sqrt(squares)));
    }

    int size() {
        return rows.size();
    }

    Collection<String> names() {
        return rows.keySet();
    }

    boolean has(String name) {
        return rows.containsKey(name);
    }

    /**
     * Cosine similarity in float64; 0 for an embedding without a direction.
     *
     * @throws ConfigurationException if there is no embedding of a name
     */
    public double similarity(String first, String second) {
        Row a = of(first);
        Row b = of(second);
        double dot = 0;
        for (int i = 0; i < dim; i++) {
            dot += (double) a.values()[i] * b.values()[i];
        }
        double norms = a.norm() * b.norm();
        return norms == 0 ? 0 : dot / norms;
    }

    /** Names by identity, both sorted. */
    Map<String, List<String>> byIdentity() {
        Map<String, List<String>> people = new TreeMap<>();
        for (String name : rows.keySet()) {
            people.computeIfAbsent(identity(name), id -> new ArrayList<>()).add(name);
        }
        return people;
    }

    /** One template for each folder of images, the mean of their directions: {@code identity/video/frame} becomes {@code identity/video}. */
    Templates meanByFolder() {
        Map<String, float[]> sums = new HashMap<>();
        rows.forEach((name, row) -> {
            double scale = row.norm() == 0 ? 0 : 1 / row.norm();
            int slash = name.lastIndexOf('/');
            float[] sum = sums.computeIfAbsent(slash < 0 ? name : name.substring(0, slash), v -> new float[dim]);
            for (int i = 0; i < dim; i++) {
                sum[i] += (float) (row.values()[i] * scale);
            }
        });
        var means = new Templates();
        sums.forEach(means::put);
        return means;
    }

    static String identity(String name) {
        int slash = name.indexOf('/');
        return slash > 0 ? name.substring(0, slash) : name.replaceFirst("_\\d+$", "");
    }

    private Row of(String name) {
        Row row = rows.get(name);
        if (row == null) {
            throw new ConfigurationException("there is no embedding of " + name);
        }
        return row;
    }
}
