package io.rangestream.learner.evaluation;

import java.util.List;

/**
 * L2-normalised embeddings of a list of faces.
 *
 * @param values {@code [faces, dim]}
 * @param dim length of an embedding
 */
public record Embeddings(float[] values, int dim) {

    /** Normalises in place. */
    static Embeddings normalised(float[] raw, int dim) {
        for (int at = 0; at < raw.length; at += dim) {
            double square = 0;
            for (int d = 0; d < dim; d++) {
                square += (double) raw[at + d] * raw[at + d];
            }
            float scale = (float) (1 / Math.max(Math.sqrt(square), 1e-12));
            for (int d = 0; d < dim; d++) {
                raw[at + d] *= scale;
            }
        }
        return new Embeddings(raw, dim);
    }

    /** Cosine similarity of each pair. */
    double[] similarities(List<PairSet.Pair> pairs) {
        return similarities(this, pairs);
    }

    /** Cosine similarity of each pair, its first face embedded here and its second one there. */
    double[] similarities(Embeddings second, List<PairSet.Pair> pairs) {
        var similarities = new double[pairs.size()];
        for (int i = 0; i < similarities.length; i++) {
            int a = pairs.get(i).first() * dim;
            int b = pairs.get(i).second() * dim;
            double dot = 0;
            for (int d = 0; d < dim; d++) {
                dot += (double) values[a + d] * second.values[b + d];
            }
            similarities[i] = dot;
        }
        return similarities;
    }
}
