package io.rangestream.schemas.storage;

/** How a store names the artifacts of versions: learner and followers derive the name alike, and no event can choose it. */
public final class ArtifactName {
    private ArtifactName() {}

    /**
     * The name of a version's artifact. Equal bytes have equal names, others never.
     *
     * @param prefix of the topics
     * @param sha256 of the artifact, lower-case hexadecimal
     */
    public static String of(String prefix, String model, long version, String sha256) {
        return ObjectName.require("%s%s.onnx".formatted(folder(prefix, model, version), sha256));
    }

    /** What the names of all artifacts begin with that were ever stored for a version, published or not. */
    public static String folder(String prefix, String model, long version) {
        return "%s%s/%d/".formatted(prefix, model, version);
    }
}
