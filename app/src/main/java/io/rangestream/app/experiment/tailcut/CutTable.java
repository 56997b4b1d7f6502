package io.rangestream.app.experiment.tailcut;

import io.rangestream.app.experiment.DifferentSetting;
import io.rangestream.app.experiment.Run;
import io.rangestream.app.experiment.RunFolder;
import io.rangestream.schemas.config.ConfigurationException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The AUC on people who are not trained on, by loss and cut; the names are those of the JSON file.
 *
 * @param settings what all runs have in common
 * @param untrained mean over the runs, before the first step
 */
record CutTable(Map<String, String> settings, double untrained, List<Row> rows) {
    private static final Set<String> ARM = Set.of(Study.LOSS, Study.CUT, Study.SAMPLING, Study.TAU);

    /**
     * A loss with a way to draw batches.
     *
     * @param batches how they are drawn
     * @param cells by cut, per cent
     */
    record Row(String loss, String batches, SortedMap<Integer, Cell> cells) {

        /**
         * What the whole tail is worth: the AUC of the uncut tail minus that of the best cut, seed by seed; null unless both are
         * there for some seed.
         */
        @Nullable
        Cell uncutAgainstBestCut() {
            Cell uncut = cells.get(0);
            Cell best = cells.entrySet().stream()
                    .filter(cell -> cell.getKey() > 0)
                    .map(Map.Entry::getValue)
                    .max(Comparator.comparingDouble(Cell::mean))
                    .orElse(null);
            if (uncut == null || best == null) {
                return null;
            }
            var differences = new TreeMap<Long, Double>();
            uncut.bySeed().forEach((seed, value) -> {
                Double other = best.bySeed().get(seed);
                if (other != null) {
                    differences.put(seed, value - other);
                }
            });
            return differences.isEmpty() ? null : Cell.of(differences);
        }
    }

    /**
     * @param deviation of the sample, null for a single run
     * @param bySeed the values
     */
    record Cell(double mean, @Nullable Double deviation, SortedMap<Long, Double> bySeed) {
        static Cell of(SortedMap<Long, Double> bySeed) {
            double mean = bySeed.values().stream().mapToDouble(v -> v).average().orElseThrow();
            double squares = bySeed.values().stream()
                    .mapToDouble(v -> (v - mean) * (v - mean))
                    .sum();
            int n = bySeed.size();
            return new Cell(mean, n < 2 ? null : Math.sqrt(squares / (n - 1)), bySeed);
        }
    }

    /** @throws ConfigurationException if they are of different studies: a mean over them would mean nothing */
    static CutTable of(List<RunFolder> folders) {
        List<Run> runs = folders.stream()
                .map(RunFolder::read)
                .filter(run -> run.experiment().equals(TailCut.EXPERIMENT))
                .toList();
        if (runs.isEmpty()) {
            throw new ConfigurationException("no run of %s is there".formatted(TailCut.EXPERIMENT));
        }
        Map<String, String> common = DifferentSetting.shared(runs, ARM);
        var rows = new TreeMap<String, Row>();
        for (Run run : runs) {
            Map<String, String> s = run.settings();
            Arm arm = new Arm(
                    s.getOrDefault(Study.LOSS, ""),
                    Integer.parseInt(s.getOrDefault(Study.CUT, "")),
                    Arm.Sampling.of(s.getOrDefault(Study.SAMPLING, "")),
                    Double.parseDouble(s.getOrDefault(Study.TAU, "")),
                    run.seed());
            Row row = rows.computeIfAbsent(
                    arm.draw() + " " + arm.loss(), key -> new Row(arm.loss(), arm.draw(), new TreeMap<>()));
            var seeds = new TreeMap<Long, Double>();
            Cell known = row.cells().get(arm.cut());
            if (known != null) {
                seeds.putAll(known.bySeed());
            }
            seeds.put(run.seed(), run.figures().getOrDefault(TailCut.AUC, 0.0));
            row.cells().put(arm.cut(), Cell.of(seeds));
        }
        double untrained = runs.stream()
                .mapToDouble(run -> run.series().get(0).figures().getOrDefault(TailCut.AUC, 0.0))
                .average()
                .orElseThrow();
        return new CutTable(common, untrained, new ArrayList<>(rows.values()));
    }

    /** The cuts of any row, ascending. */
    TreeSet<Integer> cuts() {
        var cuts = new TreeSet<Integer>();
        rows.forEach(row -> cuts.addAll(row.cells().keySet()));
        return cuts;
    }
}
