package io.rangestream.bench.lfw;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The rows of a CSV file of {@link LfwLosses} as a table in Markdown: a line for each loss, AUC by crops, each the mean of its seeds. */
final class LfwTable {
    /** Batches do not end at round numbers. */
    private static final int ROUND = 5_000;

    private final Map<String, Map<Integer, Map<String, Double>>> aucs = new TreeMap<>();
    private final TreeSet<Integer> columns = new TreeSet<>();

    static LfwTable of(Path csv) throws IOException {
        var table = new LfwTable();
        for (String line : Files.readAllLines(csv)) {
            String[] fields = line.split(",", -1);
            if (!fields[0].equals("loss")) {
                String settings = fields[3].isEmpty() ? "" : " (" + fields[3].replace(";", ", ") + ")";
                table.add(
                        "%s | %s%s".formatted(fields[1], fields[0], settings),
                        fields[2],
                        Integer.parseInt(fields[4]),
                        Double.parseDouble(fields[5]));
            }
        }
        return table;
    }

    String markdown() {
        var out = new StringBuilder("| batch | loss |");
        columns.forEach(crops -> out.append(String.format(Locale.ROOT, " %,d |", crops)));
        out.append("\n|---|---|").append("---|".repeat(columns.size()));
        aucs.forEach((loss, byCrops) -> {
            out.append("\n| ").append(loss).append(" |");
            columns.forEach(crops -> out.append(cell(byCrops.getOrDefault(crops, Map.of()))));
        });
        return out.toString();
    }

    private void add(String loss, String seed, int crops, double auc) {
        int column = Math.round((float) crops / ROUND) * ROUND;
        columns.add(column);
        aucs.computeIfAbsent(loss, l -> new TreeMap<>())
                .computeIfAbsent(column, c -> new TreeMap<>())
                .put(seed, auc);
    }

    private static String cell(Map<String, Double> seeds) {
        double mean = seeds.values().stream().mapToDouble(auc -> auc).average().orElse(0);
        return seeds.isEmpty() ? " |" : String.format(Locale.ROOT, " %.4f (%d) |", mean, seeds.size());
    }
}
