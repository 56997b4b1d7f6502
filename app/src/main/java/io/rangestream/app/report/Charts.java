package io.rangestream.app.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Charts of lines and bars. Colours are those of Okabe and Ito, which people with a colour vision deficiency tell apart; lines differ in
 * their dashes and markers too.
 */
public final class Charts {
    private static final Color[] COLOURS = {
        new Color(0x0072B2),
        new Color(0xD55E00),
        new Color(0x009E73),
        new Color(0xCC79A7),
        new Color(0x56B4E9),
        new Color(0xE69F00)
    };
    private static final List<Marker> MARKERS = List.of(
            SeriesMarkers.CIRCLE,
            SeriesMarkers.SQUARE,
            SeriesMarkers.TRIANGLE_UP,
            SeriesMarkers.DIAMOND,
            SeriesMarkers.TRIANGLE_DOWN,
            SeriesMarkers.CROSS);
    private static final int WIDTH = 900;
    private static final int HEIGHT = 600;
    private static final int MARKER_SIZE = 9;

    private Charts() {}

    /** An empty chart of 900 × 600 pixels; the axes are named with their units. */
    public static XYChart lines(String title, String x, String y) {
        System.setProperty("java.awt.headless", "true");
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
        chart.getStyler()
                .setChartBackgroundColor(Color.WHITE)
                .setLegendPosition(LegendPosition.InsideNW)
                .setAntiAlias(true);
        chart.getStyler().setMarkerSize(0);
        return chart;
    }

    /** Gives a line of many points its colour and dashes. */
    public static void line(XYSeries series, int index) {
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(COLOURS[index % COLOURS.length]);
        float[] dash = index % 2 == 0 ? null : new float[] {8f, 5f};
        series.setLineStyle(new BasicStroke(2.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10f, dash, 0f));
    }

    /** Gives a line of a few points its colour, dashes and markers. */
    public static void points(XYChart chart, XYSeries series, int index) {
        line(series, index);
        series.setMarker(MARKERS.get(index % MARKERS.size()));
        series.setMarkerColor(COLOURS[index % COLOURS.length]);
        chart.getStyler().setMarkerSize(MARKER_SIZE);
    }

    /** An empty chart of bars in groups, 900 × 600 pixels. */
    public static CategoryChart bars(String title, String x, String y) {
        System.setProperty("java.awt.headless", "true");
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
        chart.getStyler().setChartBackgroundColor(Color.WHITE).setAntiAlias(true);
        return chart;
    }

    /** Gives bars their colour. */
    public static void bar(CategorySeries series, int index) {
        series.setFillColor(COLOURS[index % COLOURS.length]);
    }

    /** Writes {@code name.png}. */
    public static Path save(Chart<?, ?> chart, Path folder, String name) throws IOException {
        Path file = folder.resolve(name + ".png");
        BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG);
        return file;
    }
}
