package io.rangestream.app.experiment;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.rangestream.app.report.MarkdownTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Runs side by side: where they differ, and what came of it; the names are those of the JSON file.
 *
 * @param runs in the order in which they were named
 */
public record Comparison(List<Column> runs) {
    /** More runs than these do not fit beside each other; they get a line each. */
    private static final int SIDE_BY_SIDE = 5;

    private static final String NONE = "–";

    /**
     * A run.
     *
     * @param differing settings that not all runs have alike; experiment, seed and software count as settings
     */
    public record Column(String run, Map<String, String> differing, Map<String, Double> figures) {}

    /** @throws io.rangestream.schemas.config.ConfigurationException in one line, if one cannot be read */
    public static Comparison of(List<RunFolder> folders) {
        List<Run> runs = folders.stream().map(RunFolder::read).toList();
        List<Map<String, String>> settings =
                runs.stream().map(Comparison::settings).toList();
        var differing = new TreeSet<String>();
        settings.forEach(own -> differing.addAll(own.keySet()));
        differing.removeIf(key -> settings.stream()
                        .map(own -> own.getOrDefault(key, NONE))
                        .distinct()
                        .count()
                == 1);
        return new Comparison(IntStream.range(0, runs.size())
                .mapToObj(i -> {
                    var own = new TreeMap<String, String>();
                    differing.forEach(key -> own.put(key, settings.get(i).getOrDefault(key, NONE)));
                    return new Column(runs.get(i).name(), own, runs.get(i).figures());
                })
                .toList());
    }

    /** A table in Markdown, padded so that it is read on a terminal too. */
    public String markdown() {
        var keys = new TreeSet<String>();
        var figures = new TreeSet<String>();
        runs.forEach(run -> {
            keys.addAll(run.differing().keySet());
            figures.addAll(run.figures().keySet());
        });
        var rows = new ArrayList<List<String>>();
        rows.add(row("run", Column::run));
        keys.forEach(key -> rows.add(row(key, run -> run.differing().getOrDefault(key, NONE))));
        figures.forEach(key -> rows.add(row(key, run -> number(run.figures().get(key)))));
        return MarkdownTable.of(runs.size() <= SIDE_BY_SIDE ? rows : transposed(rows));
    }

    /** Writes the comparison as JSON. */
    public void writeJson(Path file) throws IOException {
        var json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        Files.writeString(file, json.writeValueAsString(this) + "\n");
    }

    private static Map<String, String> settings(Run run) {
        var settings = new TreeMap<>(run.settings());
        settings.put("experiment", run.experiment());
        settings.put("seed", Long.toString(run.seed()));
        settings.put("software.rangestream", run.software().rangestream());
        settings.put("software.java", run.software().java());
        settings.put("software.os", run.software().os());
        settings.put("software.cpus", Integer.toString(run.software().cpus()));
        settings.put("software.backend", run.software().backend());
        return settings;
    }

    private List<String> row(String heading, Function<Column, String> cell) {
        var row = new ArrayList<>(List.of(heading));
        runs.forEach(run -> row.add(cell.apply(run)));
        return row;
    }

    private static List<List<String>> transposed(List<List<String>> rows) {
        return IntStream.range(0, rows.get(0).size())
                .mapToObj(c -> rows.stream().map(row -> row.get(c)).toList())
                .toList();
    }

    private static String number(@Nullable Double figure) {
        if (figure == null) {
            return NONE;
        }
        boolean whole = figure == Math.rint(figure) && Math.abs(figure) < 1e15;
        return whole && figure != 0
                ? String.format(Locale.ROOT, "%,d", figure.longValue())
                : String.format(Locale.ROOT, "%.4f", figure);
    }
}
