package io.rangestream.app.experiment.tailcut;

import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is to be run: every loss with every cut, for each seed, and all under the same budget.
 *
 * @param losses as {@link Arm#lossOf} has them
 * @param cuts per cent of the tail
 * @param crops budget of each run
 * @param every crops between two evaluations
 * @param tailBelow faces below which a person belongs to the tail
 * @param learner settings of the learner
 * @param data what the faces are, for the record
 */
public record Study(
        List<String> losses,
        List<Integer> cuts,
        List<Long> seeds,
        Arm.Sampling sampling,
        double tau,
        int crops,
        int every,
        int tailBelow,
        BatchShape batch,
        Settings learner,
        String data) {
    static final String LOSS = "loss";
    static final String CUT = "cut";
    static final String SAMPLING = "sampling";
    static final String TAU = "tau";

    public Study {
        losses = List.copyOf(losses);
        cuts = List.copyOf(cuts);
        seeds = List.copyOf(seeds);
        if (crops < batch.crops()) {
            throw new ConfigurationException(
                    "the budget must be at least a batch of %d crops, not %d".formatted(batch.crops(), crops));
        }
        if (every < 1) {
            throw new ConfigurationException("evaluations are at least a crop apart, not %d".formatted(every));
        }
        if (tailBelow < 3) {
            throw new ConfigurationException(
                    "the tail must hold people with two faces: it ends below at least 3, not %d".formatted(tailBelow));
        }
    }

    /** The runs, one seed after the other: whoever stops early has all arms of some seeds. */
    public List<Arm> arms() {
        var arms = new ArrayList<Arm>();
        for (long seed : seeds) {
            for (int cut : cuts) {
                losses.forEach(loss -> arms.add(new Arm(loss, cut, sampling, tau, seed)));
            }
        }
        return arms;
    }

    /** Everything that an arm's outcome depends on, but for the seed. */
    Map<String, String> settings(Arm arm) {
        var settings = new TreeMap<>(learner.values());
        settings.put(LOSS, arm.loss());
        settings.put(CUT, Integer.toString(arm.cut()));
        settings.put(SAMPLING, arm.sampling().toString());
        settings.put(TAU, Double.toString(arm.tau()));
        settings.put("crops", Integer.toString(crops));
        settings.put("every", Integer.toString(every));
        settings.put("tail.below", Integer.toString(tailBelow));
        settings.put("people", Integer.toString(batch.people()));
        settings.put("crops.each", Integer.toString(batch.cropsEach()));
        settings.put("data", data);
        return settings;
    }
}
