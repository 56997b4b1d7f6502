package io.rangestream.app.experiment;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A finished run of an experiment; the names are those of {@code run.json}.
 *
 * @param experiment which experiment it belongs to, for instance {@code tail-cut}
 * @param name of the run within the experiment
 * @param seed of everything that was drawn
 * @param started ISO 8601
 * @param finished ISO 8601
 * @param software what it was made with
 * @param settings what could have been chosen otherwise
 * @param figures what came of it, all finite; a figure that does not exist is left out
 * @param series figures on the way, the earliest first
 */
public record Run(
        String experiment,
        String name,
        long seed,
        String started,
        String finished,
        Software software,
        Map<String, String> settings,
        Map<String, Double> figures,
        List<Point> series) {

    /**
     * Figures after so many training crops.
     *
     * @param figures all finite
     */
    public record Point(long crops, Map<String, Double> figures) {
        public Point {
            figures = finite(figures);
        }
    }

    public Run {
        settings = Collections.unmodifiableMap(new TreeMap<>(settings));
        figures = finite(figures);
        series = List.copyOf(series);
    }

    /** JSON has no other numbers, and a mean over runs must not turn into one. */
    private static Map<String, Double> finite(Map<String, Double> figures) {
        figures.forEach((name, value) -> {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException("the figure %s is %s".formatted(name, value));
            }
        });
        return Collections.unmodifiableMap(new TreeMap<>(figures));
    }
}
