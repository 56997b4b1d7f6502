package io.rangestream.app.experiment.continual;

import io.rangestream.app.experiment.DifferentSetting;
import io.rangestream.app.experiment.Run;
import io.rangestream.schemas.config.ConfigurationException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the runs show, by order and arm; the names are those of the JSON file.
 *
 * @param settings what all runs have in common
 */
record Summary(Map<String, String> settings, List<Cell> cells) {
    private static final Set<String> NOT_COMMON = Set.of("order", "arm", "loss", "seed");

    /**
     * All seeds of an order and an arm.
     *
     * @param figures at the end; one that only some runs have is of those
     * @param overOffline by how much the AUC with mirror images is above offline training's, seed by seed; null without it
     * @param series on the way
     */
    record Cell(
            StreamOrder order,
            Arm arm,
            List<Long> seeds,
            Map<String, Interval> figures,
            @Nullable Interval overOffline,
            List<Point> series) {

        /** A figure at the end. */
        Optional<Interval> figure(String name) {
            return Optional.ofNullable(figures.get(name));
        }
    }

    /** Runs that differ in their seeds alone. */
    private record Group(StreamOrder order, Arm arm) {
        static Group of(Run run) {
            return new Group(
                    StreamOrder.of(run.settings().getOrDefault("order", "")),
                    Arm.of(run.settings().getOrDefault("arm", "")));
        }
    }

    /** Figures after so many crops. */
    record Point(long crops, Map<String, Interval> figures) {}

    /**
     * @param runs of this experiment
     * @throws ConfigurationException if there are none, or they are not of one experiment: a mean over them would mean nothing
     */
    static Summary of(List<Run> runs) {
        List<Run> own = runs.stream()
                .filter(run -> run.experiment().equals(ContinualExperiment.NAME))
                .toList();
        if (own.isEmpty()) {
            throw new ConfigurationException("there is no finished run of " + ContinualExperiment.NAME);
        }
        Map<String, String> common = DifferentSetting.shared(own, NOT_COMMON);
        Map<Group, List<Run>> groups =
                new TreeMap<>(Comparator.comparing(Group::order).thenComparing(Group::arm));
        own.forEach(run ->
                groups.computeIfAbsent(Group.of(run), key -> new ArrayList<>()).add(run));
        return new Summary(
                common,
                groups.entrySet().stream()
                        .map(group -> cell(group.getKey(), group.getValue(), groups))
                        .toList());
    }

    /** What an arm did in an order; for the arm that knows no order, without one. */
    Optional<Cell> cell(StreamOrder order, Arm arm) {
        return cells.stream()
                .filter(cell -> cell.arm() == arm && cell.order() == order.seenBy(arm))
                .findFirst();
    }

    /** The orders that faces arrived in. */
    Set<StreamOrder> orders() {
        return cells.stream()
                .map(Cell::order)
                .filter(order -> order != StreamOrder.ANY)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Cell cell(Group key, List<Run> runs, Map<Group, List<Run>> groups) {
        Map<Long, Double> offline =
                groups.getOrDefault(new Group(key.order().seenBy(Arm.OFFLINE), Arm.OFFLINE), List.of()).stream()
                        .collect(Collectors.toMap(Run::seed, Summary::headline));
        List<Double> differences = runs.stream()
                .filter(run -> key.arm() != Arm.OFFLINE && offline.containsKey(run.seed()))
                .map(run -> headline(run) - offline.getOrDefault(run.seed(), Double.NaN))
                .toList();
        return new Cell(
                key.order(),
                key.arm(),
                runs.stream().map(Run::seed).sorted().toList(),
                mean(runs.stream().map(Run::figures).toList()),
                differences.isEmpty() ? null : Interval.of(differences),
                series(runs));
    }

    private static List<Point> series(List<Run> runs) {
        Map<Long, List<Map<String, Double>>> byCrops = new TreeMap<>();
        for (Run run : runs) {
            run.series().forEach(point -> byCrops.computeIfAbsent(point.crops(), crops -> new ArrayList<>())
                    .add(point.figures()));
        }
        return byCrops.entrySet().stream()
                .map(point -> new Point(point.getKey(), mean(point.getValue())))
                .toList();
    }

    private static Map<String, Interval> mean(List<Map<String, Double>> figures) {
        Map<String, List<Double>> values = new TreeMap<>();
        figures.forEach(own -> own.forEach((name, value) ->
                values.computeIfAbsent(name, n -> new ArrayList<>()).add(value)));
        Map<String, Interval> means = new TreeMap<>();
        values.forEach((name, all) -> means.put(name, Interval.of(all)));
        return means;
    }

    private static double headline(Run run) {
        return run.figures().getOrDefault(Figures.MIRRORED_AUC, Double.NaN);
    }
}
