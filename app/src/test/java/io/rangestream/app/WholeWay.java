package io.rangestream.app;

import io.rangestream.avro.ModelUpdate;
import io.rangestream.client.ModelLog;
import io.rangestream.client.ModelVersion;
import io.rangestream.ingest.Ingest;
import io.rangestream.ingest.IngestConfig;
import io.rangestream.ingest.IngestSummary;
import io.rangestream.ingest.synthetic.Population;
import io.rangestream.ingest.synthetic.SyntheticFaces;
import io.rangestream.learner.Learner;
import io.rangestream.learner.config.CheckpointConfig;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.sampler.Sampler;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.wire.SchemaTopic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The roles as the tests start them, and what they wait for. */
final class WholeWay {
    static final Duration PATIENCE = Duration.ofSeconds(120);

    private WholeWay() {}

    /** Small batches, so that a test is short: 8 identities with 4 crops, a version every 4 batches. */
    static Map<String, String> small(Path directory) {
        return Map.of(
                SamplerConfig.BATCH_IDENTITIES, "8",
                SamplerConfig.BATCH_SAMPLES, "4",
                SamplerConfig.START_IDENTITIES, "16",
                SamplerConfig.STATE_DIR, directory.resolve("state").toString(),
                CheckpointConfig.DIR, directory.resolve("checkpoints").toString(),
                LearnerConfig.PUBLISH_EVERY_BATCHES, "4",
                LearnerConfig.PUBLISH_MAX_INTERVAL, "0",
                LearnerConfig.THREADS, "2");
    }

    static IngestSummary ingest(Settings settings, int identities, int faces) {
        try (Ingest ingest = Ingest.connect(CommonConfig.from(settings), IngestConfig.from(settings));
                var source = new SyntheticFaces(Population.of(identities, faces), 7)) {
            return ingest.run(source, Optional.empty(), progress -> {});
        }
    }

    static Sampler sampler(Settings settings) {
        return Sampler.start(CommonConfig.from(settings), SamplerConfig.from(settings));
    }

    static Learner learner(Settings settings) {
        return Learner.start(CommonConfig.from(settings), LearnerConfig.from(settings));
    }

    static List<ModelUpdate> versions(Settings settings) {
        CommonConfig common = CommonConfig.from(settings);
        try (var schemas = new SchemaTopic(common.topics().schemas(), common.clientConfig());
                ModelLog log = ModelLog.open(common, schemas, TrustedKeys.anyone())) {
            log.readToEnd(Duration.ofSeconds(20));
            return log.list().stream().map(ModelVersion::update).toList();
        }
    }

    /** Waits until something holds, and fails with its name if it never does. */
    static void await(String what, BooleanSupplier holds) throws InterruptedException {
        await(what, PATIENCE, holds);
    }

    static void await(String what, Duration patience, BooleanSupplier holds) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited " + patience.toSeconds() + " s in vain: " + what);
            }
            Thread.sleep(50);
        }
    }

    static void requireAlive(Learner learner) {
        learner.failure().ifPresent(failure -> {
            throw new AssertionError("the learner ended", failure);
        });
    }
}
