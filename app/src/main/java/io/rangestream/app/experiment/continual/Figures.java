package io.rangestream.app.experiment.continual;

import io.rangestream.app.experiment.Run;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The names of a run's figures, and those that follow from its points.
 *
 * <p>Forgetting of a wave is its best rank-1 since the wave began to arrive less its rank-1 at the end; the mean leaves out the last
 * wave, which there was no time to forget (after Chaudhry et al., <i>Riemannian Walk for Incremental Learning</i>, 2018, eq. 3). A
 * stream without waves counts as one.
 */
final class Figures {
    static final String AUC = "auc";
    static final String DRIFTED_AUC = "auc.drifted";
    static final String MIRRORED_AUC = "auc.mirrored";
    static final String RANK1 = "rank1";
    static final String FORGETTING = "forgetting";
    /** Crops from the onset until the drifted holdout's AUC is what it was before the onset. */
    static final String NOT_WORSE = "recovery.crops";
    /** Crops from the onset until the drifted holdout's AUC is what the clean holdout's was before the onset. */
    static final String AS_GOOD_AS_CLEAN = "recovery.clean.crops";

    /** Crops trained on before the first drifted face arrived. */
    static final String ONSET = "drift.onset.crops";

    private Figures() {}

    /**
     * Crops trained on before the wave's first face arrived.
     *
     * @param wave from 0
     */
    static String start(int wave) {
        return "start.crops.wave" + (wave + 1);
    }

    /** @param wave from 0 */
    static String rank1(int wave) {
        return RANK1 + ".wave" + (wave + 1);
    }

    /** @param wave from 0 */
    static String forgetting(int wave) {
        return FORGETTING + ".wave" + (wave + 1);
    }

    /** The figures at the end: the last point's, and what follows from all of them. */
    static Map<String, Double> atTheEnd(List<Run.Point> points, Arrival arrival) {
        Run.Point last = points.get(points.size() - 1);
        var figures = new LinkedHashMap<>(last.figures());
        double cropsPerFace = (double) last.crops() / arrival.faces().size();
        List<Integer> starts = arrival.starts();
        if (starts.size() == 1) {
            figures.put(FORGETTING, forgotten(points, RANK1, 0));
        } else {
            double sum = 0;
            int waves = 0;
            for (int wave = 0; wave < starts.size(); wave++) {
                figures.put(start(wave), starts.get(wave) * cropsPerFace);
            }
            for (int wave = 0; wave < starts.size() - 1; wave++) {
                double forgotten = forgotten(points, rank1(wave), starts.get(wave) * cropsPerFace);
                if (!Double.isNaN(forgotten)) {
                    figures.put(forgetting(wave), forgotten);
                    sum += forgotten;
                    waves++;
                }
            }
            if (waves > 0) {
                figures.put(FORGETTING, sum / waves);
            }
        }
        if (arrival.onset() < arrival.faces().size()) {
            double onset = arrival.onset() * cropsPerFace;
            figures.put(ONSET, onset);
            recovery(points, onset, DRIFTED_AUC).ifPresent(crops -> figures.put(NOT_WORSE, crops));
            recovery(points, onset, AUC).ifPresent(crops -> figures.put(AS_GOOD_AS_CLEAN, crops));
        }
        return figures;
    }

    private static double forgotten(List<Run.Point> points, String name, double from) {
        double best = points.stream()
                .filter(point -> point.crops() > from)
                .mapToDouble(point -> figure(point, name))
                .max()
                .orElse(Double.NaN);
        return best - figure(points.get(points.size() - 1), name);
    }

    /** Crops from the onset until the AUC on the drifted holdout reaches what a figure was at the last version before the onset. */
    private static OptionalDouble recovery(List<Run.Point> points, double onset, String reference) {
        double before = points.stream()
                .filter(point -> point.crops() <= onset + 1)
                .reduce((earlier, later) -> later)
                .map(point -> figure(point, reference))
                .orElse(Double.NaN);
        return points.stream()
                .filter(point -> point.crops() > onset + 1 && figure(point, DRIFTED_AUC) >= before)
                .mapToDouble(point -> point.crops() - onset)
                .findFirst();
    }

    private static double figure(Run.Point point, String name) {
        return point.figures().getOrDefault(name, Double.NaN);
    }
}
