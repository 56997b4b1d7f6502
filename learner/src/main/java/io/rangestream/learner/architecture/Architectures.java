package io.rangestream.learner.architecture;

import io.rangestream.learner.backbone.BackboneSpec;
import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/** The networks by name. */
public final class Architectures {

    /** Every network halves its maps four times at least. */
    private static final int INPUT_STEP = 16;

    private static final int SMALLEST_INPUT = 32;
    private static final int LARGEST_INPUT = 224;

    private static final Map<String, Entry> ENTRIES = Map.of(
            "compact", new Entry(64, 128, Compact::of),
            "mobilefacenet", new Entry(112, 128, MobileFaceNet::of),
            "resnet-18", new Entry(112, 512, ResNet::eighteen),
            "resnet-50", new Entry(112, 128, ResNet::fifty),
            "vgg-16", new Entry(112, 512, Vgg16::of));

    /** A network with the sizes that are its own. */
    private record Entry(int inputSize, int embeddingDim, Function<BackboneSpec, Architecture> build) {}

    private Architectures() {}

    /** The known names, in order. */
    public static SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(ENTRIES.keySet()));
    }

    /**
     * The network of a name with the sizes that are its own.
     *
     * @throws IllegalArgumentException in one line when the name is unknown, listing the known ones
     */
    public static BackboneSpec standard(String name) {
        return spec(name, 0, 0, 1);
    }

    /**
     * A network of given sizes.
     *
     * @param inputSize side of the crops, a multiple of 16 from 32 to 224, or 0 for the network's own
     * @param embeddingDim length of an embedding, or 0 for the network's own
     * @param width factor for the channels of the literature
     * @throws IllegalArgumentException in one line when there is no such network
     */
    public static BackboneSpec spec(String name, int inputSize, int embeddingDim, double width) {
        Entry entry = entry(name);
        int size = inputSize == 0 ? entry.inputSize() : inputSize;
        if (size % INPUT_STEP != 0 || size < SMALLEST_INPUT || size > LARGEST_INPUT) {
            throw new IllegalArgumentException("the input size must be a multiple of %d from %d to %d, not %d"
                    .formatted(INPUT_STEP, SMALLEST_INPUT, LARGEST_INPUT, size));
        }
        return new BackboneSpec(name, size, embeddingDim == 0 ? entry.embeddingDim() : embeddingDim, width);
    }

    /**
     * Lays a network out.
     *
     * @throws IllegalArgumentException in one line when there is no such network
     */
    public static Architecture of(BackboneSpec spec) {
        BackboneSpec known = spec(spec.name(), spec.inputSize(), spec.embeddingDim(), spec.width());
        return entry(known.name()).build().apply(known);
    }

    private static Entry entry(String name) {
        Entry entry = ENTRIES.get(name);
        if (entry == null) {
            throw new IllegalArgumentException(
                    "unknown backbone '%s', known: %s".formatted(name, String.join(", ", names())));
        }
        return entry;
    }
}
