package io.rangestream.app.evaluate;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All figures of an evaluation; the names are those of the JSON file.
 *
 * @param subject what was evaluated
 * @param sha256 of the ONNX file, or null for given embeddings
 * @param seed of the resampling
 */
public record EvaluationReport(
        String subject,
        @Nullable String sha256,
        long seed,
        List<Verified> verification,
        List<Identified> identification) {

    /**
     * Outcome on a list of pairs.
     *
     * @param mirror whether each crop was averaged with its mirror image
     * @param folds accuracy by cross-validation, where the list has folds
     * @param atThreshold accuracy at a threshold chosen on other pairs, where there are such
     * @param segments by head, middle and tail of the training counts
     * @param scores for the plots
     */
    public record Verified(
            String protocol,
            boolean mirror,
            Verification.Result result,
            @Nullable Folds folds,
            @Nullable AtThreshold atThreshold,
            Map<String, Verification.Result> segments,
            @JsonIgnore Scores scores) {

        String name() {
            return protocol + (mirror ? ", mirrored" : "");
        }
    }

    /** Accuracy at a threshold chosen elsewhere. */
    public record AtThreshold(double threshold, double accuracy) {}

    /** Outcome of identification. */
    public record Identified(boolean mirror, Identification result) {}

    /** Similarities. */
    public record Scores(double[] genuine, double[] impostor) {
        static Scores of(List<Verification.Scored> pairs) {
            return new Scores(pick(pairs, true), pick(pairs, false));
        }

        private static double[] pick(List<Verification.Scored> pairs, boolean same) {
            return pairs.stream()
                    .filter(pair -> pair.same() == same)
                    .mapToDouble(Verification.Scored::score)
                    .toArray();
        }
    }
}
