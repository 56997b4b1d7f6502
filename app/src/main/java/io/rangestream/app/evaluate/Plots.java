package io.rangestream.app.evaluate;

import io.rangestream.app.report.Charts;
import java.io.IOException;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.Styler.LegendPosition;

/** The figures as pictures: ROC curves, score histograms, cumulative match characteristics. */
final class Plots {
    private static final int BINS = 50;
    private static final double LOWEST_FAR = 1e-4;

    private final Path folder;

    Plots(Path folder) {
        this.folder = folder;
    }

    /** Writes a picture for each kind of figure that the report has. */
    List<Path> write(EvaluationReport report) throws IOException {
        var written = new ArrayList<Path>();
        if (!report.verification().isEmpty()) {
            written.add(Charts.save(roc(report.verification()), folder, "roc"));
            for (int i = 0; i < report.verification().size(); i++) {
                written.add(Charts.save(scores(report.verification().get(i)), folder, "scores-" + (i + 1)));
            }
        }
        if (!report.identification().isEmpty()) {
            written.add(Charts.save(cmc(report.identification()), folder, "cmc"));
        }
        return written;
    }

    private static XYChart roc(List<EvaluationReport.Verified> all) {
        XYChart chart = Charts.lines("ROC", "false acceptance rate (log scale)", "true acceptance rate");
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setXAxisMin(LOWEST_FAR).setXAxisMax(1.0);
        chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.0);
        chart.getStyler().setXAxisDecimalPattern("0.####").setYAxisDecimalPattern("0.0");
        chart.getStyler().setLegendPosition(LegendPosition.InsideSE);
        for (int i = 0; i < all.size(); i++) {
            double[] genuine = sorted(all.get(i).scores().genuine());
            double[] impostor = sorted(all.get(i).scores().impostor());
            var fars = new ArrayList<Double>();
            var tars = new ArrayList<Double>();
            for (int accepted = 0; accepted < impostor.length; accepted++) {
                double far = (accepted + 1.0) / impostor.length;
                double last = fars.isEmpty() ? 0 : fars.get(fars.size() - 1);
                if (far >= LOWEST_FAR && far >= last * 1.01) { // Closer points fall on one pixel.
                    fars.add(far);
                    tars.add(shareAbove(genuine, impostor[impostor.length - 1 - accepted]));
                }
            }
            Charts.line(chart.addSeries(all.get(i).name(), fars, tars), i);
        }
        return chart;
    }

    private static XYChart scores(EvaluationReport.Verified verified) {
        double[] genuine = verified.scores().genuine();
        double[] impostor = verified.scores().impostor();
        double least = DoubleStream.concat(Arrays.stream(genuine), Arrays.stream(impostor))
                .min()
                .orElse(-1);
        double lowest = Math.min(0.9, Math.floor(least * 10) / 10); // The axis then has round labels.
        double width = (1 - lowest) / BINS;
        double[] centres = IntStream.range(0, BINS)
                .mapToDouble(bin -> lowest + (bin + 0.5) * width)
                .toArray();
        XYChart chart = Charts.lines(
                verified.name(),
                "cosine similarity",
                "share of the pairs per %s of similarity"
                        .formatted(new DecimalFormat("0.000", DecimalFormatSymbols.getInstance(Locale.ROOT))
                                .format(width)));
        Charts.line(chart.addSeries("genuine", centres, histogram(genuine, lowest, width)), 0);
        Charts.line(chart.addSeries("impostor", centres, histogram(impostor, lowest, width)), 1);
        chart.getStyler().setXAxisMin(lowest).setXAxisMax(1.0).setYAxisMin(0.0);
        chart.getStyler().setYAxisDecimalPattern("0.00").setXAxisDecimalPattern("0.0#");
        return chart;
    }

    private static XYChart cmc(List<EvaluationReport.Identified> all) {
        XYChart chart = Charts.lines("Closed-set identification", "rank", "share of probes found up to the rank");
        for (int i = 0; i < all.size(); i++) {
            List<Double> rates = all.get(i).result().matchRates();
            double[] ranks =
                    IntStream.rangeClosed(1, rates.size()).asDoubleStream().toArray();
            double[] values = rates.stream().mapToDouble(rate -> rate).toArray();
            Charts.line(chart.addSeries(all.get(i).mirror() ? "mirrored" : "plain", ranks, values), i);
        }
        chart.getStyler().setXAxisMin(1.0).setYAxisMin(0.0).setYAxisMax(1.0);
        chart.getStyler()
                .setXAxisDecimalPattern("0")
                .setYAxisDecimalPattern("0.0")
                .setLegendPosition(LegendPosition.InsideSE);
        return chart;
    }

    private static double[] histogram(double[] scores, double lowest, double width) {
        var shares = new double[BINS];
        for (double score : scores) {
            int bin = (int) Math.floor((score - lowest) / width);
            shares[Math.min(BINS - 1, bin)] += 1.0 / scores.length;
        }
        return shares;
    }

    private static double shareAbove(double[] ascending, double threshold) {
        int at = Arrays.binarySearch(ascending, threshold);
        int first = at < 0 ? -at - 1 : at;
        while (first < ascending.length && ascending[first] == threshold) {
            first++;
        }
        return (double) (ascending.length - first) / ascending.length;
    }

    private static double[] sorted(double[] values) {
        double[] copy = values.clone();
        Arrays.sort(copy);
        return copy;
    }
}
