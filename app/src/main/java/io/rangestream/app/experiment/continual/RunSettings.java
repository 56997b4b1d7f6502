package io.rangestream.app.experiment.continual;

import io.rangestream.ingest.source.FaceRef;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.learner.config.CheckpointConfig;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.config.LossConfig;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.Settings;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The settings of a run: what the experiment fixes, over what the user wants.
 *
 * @param steps batches of the whole run, a multiple of the versions so that the last version is of the last batch
 */
record RunSettings(RunKey key, ContinualOptions options, Settings settings, int cropsPerBatch, int steps) {

    /** @param faces that the stream has */
    static RunSettings of(RunKey key, ContinualOptions options, Settings user, int faces) {
        int crops = SamplerConfig.from(user).cropsPerBatch();
        int interval = options.crops() / crops / ContinualOptions.VERSIONS;
        if (interval < 1) {
            throw new ConfigurationException("%d crops are too few for %d versions with a batch of %d each"
                    .formatted(options.crops(), ContinualOptions.VERSIONS, crops));
        }
        int steps = interval * ContinualOptions.VERSIONS;
        // A little more than the quotient, or rounding down the credit could cost the last batch.
        double ratio = (steps * (double) crops + 1) / faces;
        Settings fixed = Settings.of(Map.ofEntries(
                Map.entry(CommonConfig.TOPIC_PARTITIONS, "1"),
                Map.entry(SamplerConfig.SEED, Long.toString(key.seed())),
                Map.entry(SamplerConfig.HOLDOUT_IDENTITIES_PER_MILLE, "0"),
                Map.entry(SamplerConfig.HOLDOUT_FACES_PER_MILLE, "0"),
                Map.entry(SamplerConfig.REPLAY_RATIO, Double.toString(ratio)),
                Map.entry(LearnerConfig.PUBLISH_EVERY_BATCHES, Integer.toString(interval)),
                Map.entry(LearnerConfig.PUBLISH_MAX_INTERVAL, "0"),
                Map.entry(LearnerConfig.RETAIN, Integer.toString(ContinualOptions.VERSIONS + 1)),
                Map.entry(LossConfig.LOSS, key.arm().loss())));
        return new RunSettings(key, options, fixed.orElse(user), crops, steps);
    }

    /** These, with where the run has its broker and its files. */
    Settings at(String brokers, Path directory) {
        return settings.with(CommonConfig.BOOTSTRAP_SERVERS, brokers)
                .with(SamplerConfig.STATE_DIR, directory.resolve("state").toString())
                .with(CheckpointConfig.DIR, directory.resolve("checkpoints").toString());
    }

    /** All that the outcome depends on but for the seed. */
    Map<String, String> described(Cast cast, FaceSource source) {
        var described = new TreeMap<>(settings.values());
        described.remove(SamplerConfig.SEED);
        described.put("order", key.order().key());
        described.put("arm", key.arm().key());
        described.put("crops", Integer.toString(options.crops()));
        described.put("waves", Integer.toString(options.waves()));
        described.put("people.min.faces", Integer.toString(options.minFaces()));
        described.put("data", String.valueOf(Path.of(source.description()).getFileName()));
        described.put("training.faces", Integer.toString(cast.training().size()));
        described.put("training.people", Long.toString(people(cast)));
        described.put("probes", Integer.toString(cast.probes().size()));
        described.put(
                "holdout.pairs", Integer.toString(cast.holdoutPairs().pairs().size()));
        return described;
    }

    private static long people(Cast cast) {
        return cast.training().stream().map(FaceRef::identity).distinct().count();
    }
}
