package io.rangestream.app.experiment.continual;

import io.rangestream.app.experiment.Run;
import io.rangestream.client.ArtifactFetcher;
import io.rangestream.client.ModelLog;
import io.rangestream.client.ModelVersion;
import io.rangestream.client.OnnxEmbedder;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.storage.StoreLocation;
import io.rangestream.schemas.wire.SchemaTopic;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Fetches every version as any client would, and measures it in ONNX Runtime. */
final class VersionsOnTopic {
    private static final Duration READ_WITHIN = Duration.ofSeconds(60);

    private final CommonConfig common;
    private final Optional<StoreLocation> claimCheck;
    private final int threads;
    private final Tests tests;
    private double mirroredAuc = Double.NaN;

    /** Makes the test of networks with an input of so many pixels. */
    @FunctionalInterface
    interface Tests {
        VersionTest of(int inputSize) throws IOException;
    }

    VersionsOnTopic(CommonConfig common, Optional<StoreLocation> claimCheck, int threads, Tests tests) {
        this.common = common;
        this.claimCheck = claimCheck;
        this.threads = threads;
        this.tests = tests;
    }

    /**
     * A point for each version, the oldest first.
     *
     * @param stopped asked before each version
     * @return empty if it was stopped
     */
    Optional<List<Run.Point>> measure(BooleanSupplier stopped) throws IOException {
        try (var schemas = new SchemaTopic(common.topics().schemas(), common.clientConfig());
                ModelLog log = ModelLog.open(common, schemas, TrustedKeys.anyone());
                ArtifactFetcher fetcher = ArtifactFetcher.of(common, schemas, READ_WITHIN, claimCheck)) {
            log.readToEnd(READ_WITHIN);
            List<ModelVersion> versions = log.list();
            if (versions.size() != ContinualOptions.VERSIONS) {
                throw new IllegalStateException(
                        "%d versions were published, not %d".formatted(versions.size(), ContinualOptions.VERSIONS));
            }
            VersionTest test = tests.of(versions.get(0).network().getInputWidth());
            var points = new ArrayList<Run.Point>();
            for (ModelVersion version : versions) {
                if (stopped.getAsBoolean()) {
                    return Optional.empty();
                }
                try (var embedder = new OnnxEmbedder(fetcher.fetch(version), version.network(), threads)) {
                    points.add(new Run.Point(version.update().getTraining().getCrops(), test.measure(embedder)));
                    if (points.size() == versions.size()) {
                        mirroredAuc = test.mirroredAuc(embedder);
                    }
                }
            }
            return Optional.of(points);
        }
    }

    /** The last version's AUC with each image's and its mirror image's embedding averaged. */
    double mirroredAuc() {
        return mirroredAuc;
    }
}
