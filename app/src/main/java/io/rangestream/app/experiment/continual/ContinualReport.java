package io.rangestream.app.experiment.continual;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.rangestream.app.experiment.RunFolder;
import io.rangestream.app.report.MarkdownTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a folder of runs shows, in words, as JSON and as pictures. */
public final class ContinualReport {
    private static final String NONE = "–";

    private final Summary summary;

    private ContinualReport(Summary summary) {
        this.summary = summary;
    }

    /**
     * Reads whatever runs are there.
     *
     * @param folder that {@link ContinualExperiment} wrote into
     * @throws io.rangestream.schemas.config.ConfigurationException if there is no run, or they cannot be compared
     */
    public static ContinualReport of(Path folder) {
        return new ContinualReport(Summary.of(
                RunFolder.among(List.of(folder)).stream().map(RunFolder::read).toList()));
    }

    /** Tables in Markdown, padded so that they are read on a terminal too. */
    public String markdown() {
        var text = new StringBuilder("""
                Means over seeds ± the half width of the 95 %% interval (Student's t). %s training crops a run; %s faces of %s people,
                %s probes, %s pairs of people never trained on. AUC is with the mirror image averaged in; above offline: the difference
                of that AUC to offline training, seed by seed. Forgetting: best rank-1 of a wave since it began to arrive less its
                rank-1 at the end, mean over all waves but the last; a stream without waves counts as one.

                """.formatted(
                        setting("crops"),
                        setting("training.faces"),
                        setting("training.people"),
                        setting("probes"),
                        setting("holdout.pairs")));
        text.append(MarkdownTable.of(atTheEnd()));
        List<List<String>> waves = byWave();
        if (waves.size() > 1) {
            text.append("\nForgetting by wave, in rank-1:\n\n").append(MarkdownTable.of(waves));
        }
        List<List<String>> drift = afterTheDrift();
        if (drift.size() > 1) {
            text.append(
                            "\nDrift: crops from its onset until the AUC on the drifted holdout is what it was before the onset, and what the"
                                    + " AUC on the clean holdout was then; in brackets how many runs reached it.\n\n")
                    .append(MarkdownTable.of(drift));
        }
        return text.toString();
    }

    /** Writes {@code continual.md}, {@code continual.json} and the plots, and says which files. */
    public List<Path> write(Path folder) throws IOException {
        Path markdown = Files.writeString(folder.resolve("continual.md"), markdown());
        Path json = folder.resolve("continual.json");
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(json.toFile(), summary);
        var written = new ArrayList<>(List.of(markdown, json));
        written.addAll(new ContinualCharts(summary).write(folder));
        return written;
    }

    private List<List<String>> atTheEnd() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("order", "arm", "runs", "AUC", "above offline", "rank-1", "forgetting"));
        for (Summary.Cell cell : summary.cells()) {
            rows.add(List.of(
                    cell.order().key(),
                    cell.arm().key(),
                    Integer.toString(cell.seeds().size()),
                    text(cell.figure(Figures.MIRRORED_AUC), "%.4f"),
                    text(Optional.ofNullable(cell.overOffline()), "%+.4f"),
                    text(cell.figure(Figures.RANK1), "%.3f"),
                    text(cell.figure(Figures.FORGETTING), "%.3f")));
        }
        return rows;
    }

    private List<List<String>> byWave() {
        int waves = Integer.parseInt(setting("waves"));
        var rows = new ArrayList<List<String>>();
        var heading = new ArrayList<>(List.of("order", "arm"));
        for (int wave = 0; wave < waves - 1; wave++) {
            heading.add("wave " + (wave + 1));
        }
        rows.add(heading);
        for (Summary.Cell cell : summary.cells()) {
            if (cell.figure(Figures.forgetting(0)).isPresent()) {
                var row = new ArrayList<>(List.of(cell.order().key(), cell.arm().key()));
                for (int wave = 0; wave < waves - 1; wave++) {
                    row.add(text(cell.figure(Figures.forgetting(wave)), "%.3f"));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    private List<List<String>> afterTheDrift() {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("arm", "runs", "AUC, clean", "AUC, drifted", "as before", "as clean before"));
        for (Summary.Cell cell : summary.cells()) {
            if (cell.order() == StreamOrder.DRIFT) {
                rows.add(List.of(
                        cell.arm().key(),
                        Integer.toString(cell.seeds().size()),
                        text(cell.figure(Figures.AUC), "%.4f"),
                        text(cell.figure(Figures.DRIFTED_AUC), "%.4f"),
                        reached(cell, Figures.NOT_WORSE),
                        reached(cell, Figures.AS_GOOD_AS_CLEAN)));
            }
        }
        return rows;
    }

    private static String reached(Summary.Cell cell, String name) {
        return cell.figure(name)
                .map(crops -> String.format(Locale.ROOT, "%,.0f (%d)", crops.mean(), crops.count()))
                .orElse("not reached");
    }

    private String setting(String name) {
        return summary.settings().getOrDefault(name, "?");
    }

    private static String text(Optional<Interval> interval, String format) {
        if (interval.isEmpty()) {
            return NONE;
        }
        String mean = String.format(Locale.ROOT, format, interval.get().mean());
        Double half = interval.get().halfWidth();
        return half == null ? mean : mean + " ± " + String.format(Locale.ROOT, format.replace("+", ""), half);
    }
}
