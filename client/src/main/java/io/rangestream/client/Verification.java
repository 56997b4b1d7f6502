package io.rangestream.client;

/**
 * Whether two crops show one person, according to one version of the model.
 *
 * @param samePerson whether the similarity reaches the threshold
 * @param similarity cosine similarity of the embeddings, -1 … 1
 * @param threshold the threshold that the version recommends
 * @param version the version that embedded both
 */
public record Verification(boolean samePerson, double similarity, double threshold, ModelVersion version) {}
