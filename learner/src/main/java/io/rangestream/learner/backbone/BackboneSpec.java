package io.rangestream.learner.backbone;

/**
 * What a network takes and gives: square RGB crops in, embeddings out.
 *
 * @param name the name under which the network was created, for example {@code compact}
 * @param inputSize side of the square crops in pixels
 * @param embeddingDim length of an embedding
 */
public record BackboneSpec(String name, int inputSize, int embeddingDim) {

    public BackboneSpec {
        if (name.isBlank() || inputSize < 1 || embeddingDim < 1) {
            throw new IllegalArgumentException(
                    "a backbone needs a name, an input size and an embedding dimension: %s, %d, %d"
                            .formatted(name, inputSize, embeddingDim));
        }
    }

    /** Floats in one crop, {@code 3 · inputSize²}. */
    public int cropLength() {
        return 3 * inputSize * inputSize;
    }
}
