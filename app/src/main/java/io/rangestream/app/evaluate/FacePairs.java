package io.rangestream.app.evaluate;

import io.rangestream.client.OnnxEmbedder;
import io.rangestream.ingest.source.FaceRef;
import io.rangestream.ingest.source.FaceSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Pairs of a source's faces on which one model after the other is verified; embeddings are averaged with the mirror image's. The
 * source stays the caller's to close. Not thread-safe.
 */
public final class FacePairs {
    private final FaceSource source;
    private final PairList pairs;

    private FacePairs(FaceSource source, PairList pairs) {
        this.source = source;
        this.pairs = pairs;
    }

    /**
     * The pairs of a file, as {@code rangestream evaluate --pairs} reads it.
     *
     * @throws io.rangestream.schemas.config.ConfigurationException if it is no list of pairs
     */
    public static FacePairs of(FaceSource source, Path file) {
        return new FacePairs(source, PairList.read(file));
    }

    /**
     * Draws pairs, see {@link PairList#drawn}.
     *
     * @param faces of at least two people, one of whom has two faces
     * @param seed of the draw; the same faces and seed give the same pairs
     * @throws IllegalArgumentException if there is no pair of both kinds
     */
    public static FacePairs drawn(FaceSource source, List<FaceRef> faces, long seed) {
        return new FacePairs(source, PairList.drawn(faces, seed));
    }

    /**
     * Verifies all pairs.
     *
     * @throws io.rangestream.schemas.config.ConfigurationException if an image is missing or cannot be decoded
     */
    public Verification.Result verify(OnnxEmbedder embedder) throws IOException {
        return Verification.of(scored(embedder), 1);
    }

    /**
     * Verifies the genuine pairs of some people against all impostor pairs, for each of several groups of people.
     *
     * @return by the group's name; groups without a genuine pair are left out
     * @throws io.rangestream.schemas.config.ConfigurationException if an image is missing or cannot be decoded
     */
    public Map<String, Verification.Result> verify(OnnxEmbedder embedder, Map<String, Predicate<String>> groups)
            throws IOException {
        List<Verification.Scored> scored = scored(embedder);
        Map<String, Verification.Result> results = new TreeMap<>();
        groups.forEach((name, group) -> {
            List<Verification.Scored> part = scored.stream()
                    .filter(pair -> !pair.same() || group.test(pair.first()))
                    .toList();
            if (part.stream().anyMatch(Verification.Scored::same)) {
                results.put(name, Verification.of(part, 1));
            }
        });
        return results;
    }

    private List<Verification.Scored> scored(OnnxEmbedder embedder) throws IOException {
        Map<String, ImageSet.Image> images = ImageSet.faces(source).named(pairs.names());
        return Evaluator.scored(pairs, new ImageEmbedder(embedder, true).embed(images));
    }
}
