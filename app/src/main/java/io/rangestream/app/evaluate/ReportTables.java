package io.rangestream.app.evaluate;

import io.rangestream.app.report.MarkdownTable;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A report as Markdown tables, padded so that they are read on a terminal too. */
final class ReportTables {
    private static final String NONE = "–";

    private ReportTables() {}

    static String markdown(EvaluationReport report) {
        var text = new StringBuilder("# Evaluation of %s%n".formatted(report.subject()));
        if (report.sha256() != null) {
            text.append("%nSHA-256 `%s`%n".formatted(report.sha256()));
        }
        text.append(
                "%nIntervals are 95 %%, by resampling people (seed %d). TAR@FAR: true acceptance rate at a false acceptance rate.%n"
                        .formatted(report.seed()));
        if (!report.verification().isEmpty()) {
            text.append("%n## Verification%n%n".formatted()).append(verification(report.verification()));
        }
        if (!report.identification().isEmpty()) {
            text.append("%n## Identification%n%n".formatted()).append(identification(report.identification()));
        }
        return text.toString().replace(System.lineSeparator(), "\n");
    }

    private static String verification(List<EvaluationReport.Verified> all) {
        var rows = new ArrayList<List<String>>();
        var heading = new ArrayList<>(List.of("pairs of", "genuine", "impostor", "accuracy", "AUC", "EER"));
        Verification.FARS.forEach(far -> heading.add("TAR@FAR %s".formatted(plain(far))));
        rows.add(heading);
        for (EvaluationReport.Verified verified : all) {
            rows.add(row(verified.name(), accuracy(verified), verified.result()));
            for (Map.Entry<String, Verification.Result> segment :
                    verified.segments().entrySet()) {
                rows.add(row(verified.name() + ": " + segment.getKey(), NONE, segment.getValue()));
            }
        }
        return MarkdownTable.of(rows);
    }

    private static List<String> row(String name, String accuracy, Verification.Result result) {
        var row = new ArrayList<>(List.of(
                name,
                "%,d".formatted(result.genuine()),
                "%,d".formatted(result.impostor()),
                accuracy,
                figure(result.auc()),
                figure(result.equalErrorRate())));
        result.tarAtFar().forEach(tar -> row.add(figure(tar)));
        return row;
    }

    private static String accuracy(EvaluationReport.Verified verified) {
        Folds folds = verified.folds();
        if (folds != null) {
            return String.format(Locale.ROOT, "%.4f ± %.4f", folds.mean(), folds.standardError());
        }
        EvaluationReport.AtThreshold at = verified.atThreshold();
        return at == null ? NONE : String.format(Locale.ROOT, "%.4f", at.accuracy());
    }

    private static String identification(List<EvaluationReport.Identified> all) {
        var rows = new ArrayList<List<String>>();
        var heading = new ArrayList<>(List.of("embeddings", "gallery", "probes", "rank 1", "rank 5"));
        heading.addAll(List.of("open gallery", "known", "strangers"));
        Identification.FALSE_ALARM_RATES.forEach(rate -> heading.add("DIR@FAR %s".formatted(plain(rate))));
        rows.add(heading);
        for (EvaluationReport.Identified identified : all) {
            Identification r = identified.result();
            var row = new ArrayList<>(List.of(
                    identified.mirror() ? "mirrored" : "plain",
                    "%,d".formatted(r.gallery()),
                    "%,d".formatted(r.probes()),
                    number(r.matchRate(1)),
                    number(r.matchRate(5)),
                    "%,d".formatted(r.openGallery()),
                    "%,d".formatted(r.known()),
                    "%,d".formatted(r.strangers())));
            for (int i = 0; i < Identification.FALSE_ALARM_RATES.size(); i++) {
                row.add(
                        r.detectionRates().isEmpty()
                                ? NONE
                                : number(r.detectionRates().get(i)));
            }
            rows.add(row);
        }
        return MarkdownTable.of(rows);
    }

    private static String figure(@Nullable Estimate estimate) {
        if (estimate == null) {
            return NONE;
        }
        Double lower = estimate.lower();
        Double upper = estimate.upper();
        return lower == null || upper == null
                ? number(estimate.value())
                : String.format(Locale.ROOT, "%.4f (%.3f … %.3f)", estimate.value(), lower, upper);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    private static String plain(double rate) {
        return BigDecimal.valueOf(rate).stripTrailingZeros().toPlainString();
    }
}
