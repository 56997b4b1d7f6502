package io.rangestream.app.experiment.continual;

import io.rangestream.app.report.Charts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;

/** The figures over crops, and what was forgotten at the end, as pictures. */
final class ContinualCharts {
    private static final String CROPS = "training crops (thousands)";
    /** Share of the distance between two versions by which lines are moved apart, so that their error bars do not hide each other. */
    private static final double APART = 0.08;

    private final Summary summary;

    ContinualCharts(Summary summary) {
        this.summary = summary;
    }

    /** Writes whatever the runs give. */
    List<Path> write(Path folder) throws IOException {
        var written = new ArrayList<Path>();
        for (StreamOrder order : summary.orders()) {
            written.add(Charts.save(auc(order, Figures.AUC, "people never trained on"), folder, "auc-" + order.key()));
            if (order == StreamOrder.DRIFT) {
                written.add(Charts.save(
                        auc(order, Figures.DRIFTED_AUC, "drifted images of people never trained on"),
                        folder,
                        "auc-drifted"));
            }
        }
        for (Summary.Cell cell : summary.cells()) {
            if (cell.figure(Figures.start(0)).isPresent()) {
                String name =
                        "rank1-%s-%s".formatted(cell.order().key(), cell.arm().key());
                written.add(Charts.save(waves(cell), folder, name));
            }
        }
        List<Summary.Cell> forgetting = summary.cells().stream()
                .filter(cell -> cell.figure(Figures.forgetting(0)).isPresent())
                .toList();
        if (!forgetting.isEmpty()) {
            written.add(Charts.save(forgetting(forgetting), folder, "forgetting"));
        }
        return written;
    }

    private XYChart auc(StreamOrder order, String figure, String of) {
        XYChart chart = Charts.lines("Stream " + order.key(), CROPS, "AUC on " + of);
        for (Arm arm : Arm.values()) {
            summary.cell(order, arm).ifPresent(cell -> add(chart, cell, label(arm), arm.ordinal(), figure, 0));
        }
        chart.getStyler().setYAxisDecimalPattern("0.00");
        return styled(chart);
    }

    private XYChart waves(Summary.Cell cell) {
        XYChart chart = Charts.lines(
                "Stream %s, %s".formatted(cell.order().key(), label(cell.arm())),
                CROPS,
                "rank-1 of a wave's probes, from its arrival on");
        for (int wave = 0; cell.figure(Figures.start(wave)).isPresent(); wave++) {
            double start = cell.figure(Figures.start(wave)).map(Interval::mean).orElse(0.0);
            add(chart, cell, "wave " + (wave + 1), wave, Figures.rank1(wave), start);
        }
        chart.getStyler().setYAxisMin(0.0).setYAxisDecimalPattern("0.00");
        return styled(chart);
    }

    /** A bar for each arm in each order that has waves. */
    private CategoryChart forgetting(List<Summary.Cell> cells) {
        CategoryChart chart =
                Charts.bars("Forgetting at the end", "stream order", "best rank-1 less rank-1 at the end");
        List<StreamOrder> orders =
                cells.stream().map(Summary.Cell::order).distinct().toList();
        for (Arm arm : Arm.values()) {
            if (cells.stream().anyMatch(cell -> cell.arm() == arm)) {
                List<Optional<Interval>> values = orders.stream()
                        .map(order -> summary.cell(order, arm).flatMap(cell -> cell.figure(Figures.FORGETTING)))
                        .toList();
                Charts.bar(
                        chart.addSeries(
                                label(arm),
                                orders.stream().map(StreamOrder::key).toList(),
                                values.stream()
                                        .map(value -> value.map(Interval::mean).orElse(Double.NaN))
                                        .toList(),
                                values.stream()
                                        .map(value ->
                                                value.map(ContinualCharts::half).orElse(0.0))
                                        .toList()),
                        arm.ordinal());
            }
        }
        chart.getStyler().setYAxisDecimalPattern("0.00").setLegendPosition(LegendPosition.OutsideS);
        chart.getStyler().setLegendLayout(LegendLayout.Horizontal);
        return chart;
    }

    private void add(XYChart chart, Summary.Cell cell, String name, int index, String figure, double from) {
        List<Summary.Point> points = cell.series().stream()
                .filter(point -> point.crops() > from && point.figures().containsKey(figure))
                .toList();
        if (points.isEmpty()) {
            return;
        }
        double step = cell.series().get(0).crops();
        double shift = APART * step * (index - 1.5);
        double[] crops = of(points, point -> (point.crops() + shift) / 1000);
        double[] means = of(points, point -> figure(point, figure).mean());
        double[] halves = of(points, point -> half(figure(point, figure)));
        boolean certain = Arrays.stream(halves).allMatch(half -> half == 0);
        Charts.points(
                chart,
                certain ? chart.addSeries(name, crops, means) : chart.addSeries(name, crops, means, halves),
                index);
    }

    private static Interval figure(Summary.Point point, String name) {
        return point.figures().getOrDefault(name, new Interval(Double.NaN, null, 0));
    }

    private static double[] of(List<Summary.Point> points, ToDoubleFunction<Summary.Point> value) {
        return points.stream().mapToDouble(value).toArray();
    }

    private static double half(Interval interval) {
        Double half = interval.halfWidth();
        return half == null ? 0 : half;
    }

    private static String label(Arm arm) {
        return switch (arm) {
            case RAW -> "raw stream, softmax";
            case SOFTMAX -> "buffers, softmax";
            case RANGE -> "buffers, softmax + range";
            case OFFLINE -> "offline, everything known";
        };
    }

    private static XYChart styled(XYChart chart) {
        chart.getStyler().setXAxisMin(0.0).setXAxisDecimalPattern("0").setLegendPosition(LegendPosition.OutsideS);
        chart.getStyler().setLegendLayout(LegendLayout.Horizontal);
        return chart;
    }
}
