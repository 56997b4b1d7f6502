package io.rangestream.app.command;

import io.rangestream.avro.Artifact;
import io.rangestream.avro.CrossVersion;
import io.rangestream.avro.Evaluation;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.SegmentEvaluation;
import io.rangestream.avro.StatusChange;
import io.rangestream.avro.TarAtFar;
import io.rangestream.avro.Training;
import io.rangestream.schemas.updates.VersionKey;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Versions as text. */
public final class VersionTable {
    private static final String ROW = "%7s  %-11s %10s %9s %9s %9s %8s %9s  %s";

    private VersionTable() {}

    /** Header and a row per version. */
    public static String render(List<ModelUpdate> updates) {
        if (updates.isEmpty()) {
            return "no versions yet";
        }
        return header() + "\n" + updates.stream().map(VersionTable::row).collect(Collectors.joining("\n"));
    }

    /** As {@link #render}, with what each version continues and why it has its status. */
    static String renderWithReasons(List<ModelUpdate> updates) {
        if (updates.isEmpty()) {
            return render(updates);
        }
        return updates.stream()
                .map(update -> text("%s %7d  %s", row(update), update.getParentVersion(), update.getReason()))
                .collect(Collectors.joining("\n", text("%s %7s  %s%n", header(), "parent", "reason"), ""));
    }

    /** All that the event says, as JSON. */
    static String json(ModelUpdate update) {
        return update.toString();
    }

    static String header() {
        return text(ROW, "version", "status", "crops", "softmax", "intra", "inter", "AUC", "accuracy", "space");
    }

    static String row(ModelUpdate update) {
        Training training = update.getTraining();
        Evaluation evaluation = update.getEvaluation();
        return text(
                ROW,
                update.getVersion(),
                update.getStatus(),
                text("%,d", training.getCrops()),
                text("%.3f", training.getLossSoftmax()),
                text("%.3f", training.getLossIntra()),
                text("%.3f", training.getLossInter()),
                number(evaluation.getAuc()),
                number(evaluation.getAccuracy()),
                space(update));
    }

    static String details(ModelUpdate u) {
        Training t = u.getTraining();
        Evaluation e = u.getEvaluation();
        var out = new StringBuilder();
        line(out, "version", "%s/%d, from version %d", u.getModel(), u.getVersion(), u.getParentVersion());
        line(out, "status", "%s: %s%s", u.getStatus(), u.getReason(), byOrder(u.getOrderId()));
        for (StatusChange earlier : u.getEarlierStatuses()) {
            line(
                    out,
                    "",
                    "%s %s: %s%s",
                    earlier.getSince(),
                    earlier.getStatus(),
                    earlier.getReason(),
                    byOrder(earlier.getOrderId()));
        }
        line(out, "made", "%s%s", u.getCreatedAt(), u.getChangedAt() == null ? "" : ", changed " + u.getChangedAt());
        if (u.getContinuation() != null) {
            line(
                    out,
                    "branch",
                    "the next version continues from version %d%s",
                    u.getContinuation().getVersion(),
                    byOrder(u.getContinuation().getOrderId()));
        }
        line(
                out,
                "network",
                "%s, %,d parameters, %d x %d %s, preprocessing %d, (v - %s) * %s, %d-d %s",
                u.getNetwork().getBackbone(),
                u.getNetwork().getParameters(),
                u.getNetwork().getInputWidth(),
                u.getNetwork().getInputHeight(),
                u.getNetwork().getColourOrder(),
                u.getNetwork().getPreprocessing(),
                u.getNetwork().getInputMean(),
                u.getNetwork().getInputScale(),
                u.getNetwork().getEmbeddingDim(),
                u.getNetwork().getEmbeddingNorm());
        line(
                out,
                "artifact",
                "%s, %,d bytes %s%s, sha256 %s",
                u.getArtifact().getFormat(),
                u.getArtifact().getBytes(),
                place(u.getArtifact()),
                u.getArtifact().getPruned() ? " until it left retention" : "",
                u.getArtifact().getSha256());
        line(
                out,
                "training",
                "%,d batches, %,d crops, %,d identities, %d steps and %d crops skipped, on %s",
                t.getBatches(),
                t.getCrops(),
                t.getIdentities(),
                t.getSkippedSteps(),
                t.getSkippedCrops(),
                t.getBackend());
        line(out, "checkpoint", "sha256 %s", t.getCheckpointSha256());
        line(out, "losses", "total %.4f, %s", t.getLossTotal(), terms(t));
        line(
                out,
                "evaluation",
                "%s: %,d faces, %,d genuine and %,d impostor pairs",
                e.getProtocol(),
                e.getFaces(),
                e.getGenuinePairs(),
                e.getImpostorPairs());
        line(
                out,
                "",
                "AUC %s (untrained %s)%s, balanced accuracy %s at threshold %s",
                number(e.getAuc()),
                number(e.getUntrainedAuc()),
                after(e.getPromotedAuc(), e.getAucDifferenceLower(), e.getAucDifferenceUpper()),
                number(e.getAccuracy()),
                number(e.getThreshold()));
        for (TarAtFar point : e.getTarAtFar()) {
            line(out, "", "TAR %.4f at FAR %s", point.getTar(), point.getFar());
        }
        for (SegmentEvaluation segment : e.getSegments()) {
            line(
                    out,
                    "",
                    "%s: AUC %s, %,d genuine pairs%s",
                    segment.getSegment(),
                    number(segment.getAuc()),
                    segment.getGenuinePairs(),
                    after(segment.getPromotedAuc(), segment.getAucDifferenceLower(), segment.getAucDifferenceUpper()));
        }
        String space = space(u);
        line(
                out,
                "space",
                "%s: galleries stay valid since version %s",
                space,
                space.substring(space.lastIndexOf('/') + 1));
        if (!u.getCompatibleWith().isEmpty()) {
            line(out, "", "compares with galleries of %s, too", String.join(", ", u.getCompatibleWith()));
        }
        for (CrossVersion older : e.getCrossVersion()) {
            line(
                    out,
                    "",
                    "against version %d: AUC %.4f, %s to %s off its own (95 %%); %.4f by that version alone",
                    older.getVersion(),
                    older.getAuc(),
                    difference(older.getDifferenceLower()),
                    difference(older.getDifferenceUpper()),
                    older.getOlderAuc());
        }
        return out.toString().stripTrailing();
    }

    /** Versions of before 0.2 name their terms by field, not in a map. */
    private static String terms(Training training) {
        Map<String, Double> terms = training.getLosses().isEmpty()
                ? Map.of(
                        "softmax", training.getLossSoftmax(),
                        "intra", training.getLossIntra(),
                        "inter", training.getLossInter())
                : training.getLosses();
        return new TreeMap<>(terms)
                .entrySet().stream()
                        .map(term -> text("%s %.4f", term.getKey(), term.getValue()))
                        .collect(Collectors.joining(", "));
    }

    private static String byOrder(String orderId) {
        return orderId.isEmpty() ? "" : " (order %s)".formatted(orderId);
    }

    /** The same figure of the promoted version, and how far apart they are. */
    private static String after(@Nullable Double promoted, @Nullable Double lower, @Nullable Double upper) {
        return promoted == null || lower == null || upper == null
                ? ""
                : text(", %.4f of the promoted version, difference %+.4f to %+.4f", promoted, lower, upper);
    }

    private static void line(StringBuilder out, String name, String format, Object... arguments) {
        out.append(text("%-11s ", name)).append(text(format, arguments)).append('\n');
    }

    /** A version that names no space is one of its own. */
    private static String place(Artifact artifact) {
        String uri = artifact.getUri();
        return uri == null ? "in %d chunks".formatted(artifact.getChunks()) : "at " + uri;
    }

    private static String space(ModelUpdate update) {
        return update.getEmbeddingSpace().isEmpty()
                ? new VersionKey(update.getModel(), update.getVersion()).toString()
                : update.getEmbeddingSpace();
    }

    private static String difference(@Nullable Double value) {
        return value == null ? "-" : text("%+.4f", value);
    }

    private static String number(@Nullable Double value) {
        return value == null ? "-" : text("%.4f", value);
    }

    private static String text(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
