package io.rangestream.app.experiment.tailcut;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.rangestream.app.experiment.RunFolder;
import io.rangestream.app.experiment.tailcut.CutTable.Cell;
import io.rangestream.app.experiment.tailcut.CutTable.Row;
import io.rangestream.app.report.Charts;
import io.rangestream.app.report.MarkdownTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.Styler.LegendPosition;

/** The table of a folder of runs, in words, as JSON and as a picture. */
public final class CutReport {
    /** Per cent by which lines are moved apart, so that their error bars do not hide each other. */
    private static final double APART = 0.8;

    private final CutTable table;

    private CutReport(CutTable table) {
        this.table = table;
    }

    /**
     * Reads whatever runs are there.
     *
     * @param folder that {@link TailCut} wrote into
     * @throws io.rangestream.schemas.config.ConfigurationException if there is no run, or they are of different studies
     */
    public static CutReport of(Path folder) {
        return new CutReport(CutTable.of(RunFolder.among(List.of(folder))));
    }

    /** A table in Markdown, padded so that it is read on a terminal too. */
    public String markdown() {
        var rows = new ArrayList<List<String>>();
        var heading = new ArrayList<>(List.of("loss", "batches"));
        table.cuts().forEach(cut -> heading.add("cut %d %%".formatted(cut)));
        heading.add("uncut − best cut");
        rows.add(heading);
        for (Row row : table.rows()) {
            var cells = new ArrayList<>(List.of(row.loss(), row.batches()));
            table.cuts().forEach(cut -> cells.add(text(row.cells().get(cut), "%.4f")));
            cells.add(text(row.uncutAgainstBestCut(), "%+.4f"));
            rows.add(cells);
        }
        return """
                AUC on people who are not trained on, mean ± standard deviation over seeds (their number in brackets). A cut of c %%
                leaves out the c %% of the tail's people (fewer than %s faces) who have the fewest. Every run has %s crops.
                An untrained network has %s.

                %s""".formatted(
                        table.settings().get("tail.below"),
                        table.settings().get("crops"),
                        String.format(Locale.ROOT, "%.4f", table.untrained()),
                        MarkdownTable.of(rows));
    }

    /** Writes {@code tail-cut.md}, {@code tail-cut.json} and, where a loss has two cuts, {@code tail-cut.png}. */
    public List<Path> write(Path folder) throws IOException {
        Path markdown = Files.writeString(folder.resolve("tail-cut.md"), markdown());
        Path json = folder.resolve("tail-cut.json");
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(json.toFile(), table);
        var written = new ArrayList<>(List.of(markdown, json));
        if (table.rows().stream().anyMatch(row -> row.cells().size() > 1)) {
            written.add(Charts.save(chart(), folder, "tail-cut"));
        }
        return written;
    }

    private XYChart chart() {
        XYChart chart = Charts.lines(
                "Cutting the long tail", "people cut from the tail (%)", "AUC on people who are not trained on");
        List<Row> lines =
                table.rows().stream().filter(row -> row.cells().size() > 1).toList();
        for (int i = 0; i < lines.size(); i++) {
            SortedMap<Integer, Cell> cells = lines.get(i).cells();
            double shift = APART * (i - (lines.size() - 1) / 2.0);
            double[] cuts =
                    cells.keySet().stream().mapToDouble(cut -> cut + shift).toArray();
            double[] means = cells.values().stream().mapToDouble(Cell::mean).toArray();
            double[] deviations = cells.values().stream()
                    .mapToDouble(cell -> cell.deviation() == null ? 0 : cell.deviation())
                    .toArray();
            String name = lines.get(i).loss() + ", " + lines.get(i).batches();
            Charts.points(chart, chart.addSeries(name, cuts, means, deviations), i);
        }
        chart.getStyler().setXAxisMin(-5.0).setXAxisMax(105.0);
        chart.getStyler().setXAxisDecimalPattern("0").setYAxisDecimalPattern("0.00");
        chart.getStyler().setErrorBarsColorSeriesColor(true).setLegendPosition(LegendPosition.OutsideS);
        return chart;
    }

    private static String text(@Nullable Cell cell, String format) {
        if (cell == null) {
            return "–";
        }
        String mean = String.format(Locale.ROOT, format, cell.mean());
        int runs = cell.bySeed().size();
        return cell.deviation() == null
                ? "%s (%d)".formatted(mean, runs)
                : "%s ± %s (%d)".formatted(mean, String.format(Locale.ROOT, "%.4f", cell.deviation()), runs);
    }
}
