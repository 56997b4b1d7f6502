package io.rangestream.bench.lfw;

import io.rangestream.bench.lfw.LfwCrops.Pair;
import io.rangestream.learner.backbone.Backbone;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The area under the ROC curve on the pairs of LFW DevTest; an embedding is the sum of those of a crop and its mirror image. */
final class LfwVerification {
    private final LfwCrops lfw;
    private final List<Pair> pairs;
    private final Map<String, Integer> index = new HashMap<>();

    LfwVerification(LfwCrops lfw) throws IOException {
        this.lfw = lfw;
        this.pairs = lfw.pairs("pairsDevTest.txt");
        Set<String> faces = new LinkedHashSet<>();
        pairs.forEach(pair -> faces.addAll(List.of(pair.first(), pair.second())));
        faces.forEach(face -> index.put(face, index.size()));
    }

    /** Area under the curve of a network with these weights. */
    double auc(Backbone backbone, float[] weights) {
        float[] embeddings = embed(backbone, weights);
        return auc(embeddings, embeddings, backbone.spec().embeddingDim());
    }

    /** Embeddings of all faces of the pairs, {@code [faces, dim]}, not normalised. */
    float[] embed(Backbone backbone, float[] weights) {
        int dim = backbone.spec().embeddingDim();
        var crops = new float[2 * index.size() * LfwCrops.CROP_LENGTH];
        index.forEach((face, i) -> {
            lfw.put(face, false, 0, 0, crops, 2 * i);
            lfw.put(face, true, 0, 0, crops, 2 * i + 1);
        });
        var both = new float[2 * index.size() * dim];
        backbone.embed(crops, 2 * index.size(), weights, both);
        var embeddings = new float[index.size() * dim];
        for (int i = 0; i < embeddings.length; i++) {
            int at = i / dim * 2 * dim + i % dim;
            embeddings[i] = both[at] + both[at + dim];
        }
        return embeddings;
    }

    /** Area under the curve with the first face of each pair embedded by one version and the second by another, and the mean of that and the reverse. */
    double crossAuc(float[] older, float[] newer, int dim) {
        return (auc(older, newer, dim) + auc(newer, older, dim)) / 2;
    }

    private double auc(float[] first, float[] second, int dim) {
        double[] same = similarities(first, second, dim, true);
        double[] different = similarities(first, second, dim, false);
        double above = 0;
        for (double s : same) {
            above += Arrays.stream(different)
                    .map(d -> d < s ? 1 : d == s ? 0.5 : 0)
                    .sum();
        }
        return above / same.length / different.length;
    }

    private double[] similarities(float[] first, float[] second, int dim, boolean same) {
        return pairs.stream()
                .filter(pair -> pair.same() == same)
                .mapToDouble(pair -> cosine(first, indexOf(pair.first()), second, indexOf(pair.second()), dim))
                .toArray();
    }

    private int indexOf(String face) {
        return index.getOrDefault(face, -1);
    }

    private static double cosine(float[] first, int i, float[] second, int j, int dim) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int d = 0; d < dim; d++) {
            double a = first[i * dim + d];
            double b = second[j * dim + d];
            ab += a * b;
            aa += a * a;
            bb += b * b;
        }
        return ab / Math.sqrt(aa * bb);
    }
}
