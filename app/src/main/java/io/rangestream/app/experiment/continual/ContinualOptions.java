package io.rangestream.app.experiment.continual;

import io.rangestream.ingest.synthetic.Population;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.Settings;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the experiment is to do.
 *
 * @param protocol folder of LFW's protocol files
 * @param crops budget of each run
 * @param waves into how many waves people are divided
 * @param minFaces people with fewer are left out
 * @param out where the run folders are
 */
public record ContinualOptions(
        Optional<Path> protocol,
        List<StreamOrder> orders,
        List<Arm> arms,
        List<Long> seeds,
        int crops,
        int waves,
        int minFaces,
        Path out) {
    public static final int DEFAULT_CROPS = 60_000;
    public static final int QUICK_CROPS = 6_000;
    /** Faces that are drawn for a quick run. */
    public static final Population QUICK = new Population(80, 1_200, 0.5, 5);
    /** The network of a quick run. */
    public static final Settings QUICK_NETWORK = Settings.of(
            Map.of(LearnerConfig.INPUT_SIZE, "32", LearnerConfig.WIDTH, "0.5", LearnerConfig.EMBEDDING_DIM, "64"));

    private static final int MIN_CROPS = 1_000;
    /** Versions that each run makes, evenly over the budget. */
    static final int VERSIONS = 10;

    public ContinualOptions {
        orders = List.copyOf(orders);
        arms = List.copyOf(arms);
        seeds = List.copyOf(seeds);
        if (orders.isEmpty() || arms.isEmpty() || seeds.isEmpty()) {
            throw new ConfigurationException("the experiment needs at least one order, one arm and one seed");
        }
        if (crops < MIN_CROPS) {
            throw new ConfigurationException("--crops must be at least %d, not %d".formatted(MIN_CROPS, crops));
        }
        if (waves < 2 || minFaces < 2) {
            throw new ConfigurationException("--waves and --min-faces must be at least 2");
        }
    }

    /** The runs, those that several orders share once; seed by seed, so that an interrupted experiment has whole seeds. */
    List<RunKey> runs() {
        var runs = new LinkedHashSet<RunKey>();
        for (long seed : seeds) {
            for (StreamOrder order : orders) {
                for (Arm arm : arms) {
                    runs.add(new RunKey(order.seenBy(arm), arm, seed));
                }
            }
        }
        return List.copyOf(runs);
    }
}
