package io.rangestream.app.demo;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.rangestream.avro.Evaluation;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.TarAtFar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a demo; the names are those of the JSON report.
 *
 * @param crops crops trained on
 * @param identities identities sent
 * @param faces faces sent
 * @param seconds from the first batch's step to the last, evaluations included
 * @param cropsPerSecond over that time, the first 2,000 crops not counted
 * @param backend what computed
 * @param untrainedAuc AUC of the network before its first step, on the last version's pairs
 * @param versions the versions, the oldest first
 * @param protocol outcome of the protocol, if one was asked for
 * @param client what the client serves at the end
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record DemoReport(
        long crops,
        int identities,
        long faces,
        double seconds,
        double cropsPerSecond,
        String backend,
        @Nullable Double untrainedAuc,
        List<Version> versions,
        @Nullable Protocol protocol,
        @Nullable Client client) {
    private static final double FAR_OF_REPORT = 0.1;

    /** A version; tarAtFar01 is the true acceptance rate at a false acceptance rate of 0.1. */
    public record Version(
            long version,
            long parent,
            ModelStatus status,
            long crops,
            double softmax,
            double intra,
            double inter,
            @Nullable Double auc,
            @Nullable Double accuracy,
            @Nullable Double tarAtFar01) {
        static Version of(ModelUpdate update) {
            Evaluation evaluation = update.getEvaluation();
            return new Version(
                    update.getVersion(),
                    update.getParentVersion(),
                    update.getStatus(),
                    update.getTraining().getCrops(),
                    update.getTraining().getLossSoftmax(),
                    update.getTraining().getLossIntra(),
                    update.getTraining().getLossInter(),
                    evaluation.getAuc(),
                    evaluation.getAccuracy(),
                    evaluation.getTarAtFar().stream()
                            .filter(point -> point.getFar() == FAR_OF_REPORT)
                            .map(TarAtFar::getTar)
                            .findFirst()
                            .orElse(null));
        }

        /** Whether it is promoted, or was until a later one took its place. */
        private boolean wasPromoted() {
            return status == ModelStatus.PROMOTED || status == ModelStatus.SUPERSEDED;
        }
    }

    /** Outcome of a protocol. */
    public record Protocol(String name, double auc, double accuracy) {}

    /** What the client serves. */
    public record Client(long version, String sha256) {}

    /** At least two versions promoted, and the last beats the untrained network. */
    @JsonIgnore
    public boolean isSuccess() {
        long promoted = versions.stream().filter(Version::wasPromoted).count();
        Double last =
                versions.isEmpty() ? null : versions.get(versions.size() - 1).auc();
        return promoted >= 2 && last != null && untrainedAuc != null && last > untrainedAuc;
    }

    /** What was seen, in two lines. */
    @JsonIgnore
    public String summary() {
        Double last =
                versions.isEmpty() ? null : versions.get(versions.size() - 1).auc();
        String learned = String.format(
                Locale.ROOT,
                "%,d faces of %,d identities became %,d training crops (%.0f a second); on held-out faces the AUC went from %s"
                        + " untrained to %s.",
                faces,
                identities,
                crops,
                cropsPerSecond,
                number(untrainedAuc),
                number(last));
        String served = client == null
                ? "The client serves no version."
                : "The client serves version %d, sha256 %s.".formatted(client.version(), client.sha256());
        String judged = protocol == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        " %s: AUC %.4f, accuracy %.4f.",
                        protocol.name(),
                        protocol.auc(),
                        protocol.accuracy());
        return learned + "\n" + served + judged;
    }

    /** Writes the report as JSON. */
    public void write(Path file) throws IOException {
        var mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        Files.writeString(file, mapper.writeValueAsString(this) + "\n");
    }

    private static String number(@Nullable Double value) {
        return value == null ? "unknown" : String.format(Locale.ROOT, "%.4f", value);
    }
}
