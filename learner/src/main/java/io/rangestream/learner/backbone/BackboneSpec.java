package io.rangestream.learner.backbone;

/**
 * What a network is: square RGB crops in, embeddings out.
 *
 * @param name of the architecture, for example {@code compact}
 * @param inputSize side of the square crops in pixels
 * @param embeddingDim length of an embedding
 * @param width factor for the channels inside, 1 for those of the literature
 */
public record BackboneSpec(String name, int inputSize, int embeddingDim, double width) {

    public BackboneSpec {
        if (name.isBlank() || inputSize < 1 || embeddingDim < 1 || !(width > 0 && width <= 8)) {
            throw new IllegalArgumentException(
                    "a backbone needs a name, an input size, an embedding dimension and a width of at most 8: %s, %d, %d, %s"
                            .formatted(name, inputSize, embeddingDim, width));
        }
    }

    /** A network of the literature's width. */
    public BackboneSpec(String name, int inputSize, int embeddingDim) {
        this(name, inputSize, embeddingDim, 1);
    }

    /** Floats in one crop, {@code 3 · inputSize²}. */
    public int cropLength() {
        return 3 * inputSize * inputSize;
    }

    /** The architecture, with its width when that is not 1, for example {@code resnet-18 x0.5}. */
    public String label() {
        return width == 1 ? name : "%s x%s".formatted(name, width);
    }

    /** All of it in a few words, for example {@code compact (64 px, 128-d)}. */
    @Override
    public String toString() {
        return "%s (%d px, %d-d)".formatted(label(), inputSize, embeddingDim);
    }
}
