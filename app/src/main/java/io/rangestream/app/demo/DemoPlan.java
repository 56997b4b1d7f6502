package io.rangestream.app.demo;

import io.rangestream.ingest.IngestConfig;
import io.rangestream.ingest.source.FaceRef;
import io.rangestream.ingest.source.FaceSource;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.identity.IdentityList;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * How the budget of crops is spent: the credit that each training face earns, and when versions are made.
 *
 * @param trainingFaces faces that will go to training
 * @param replayRatio crops of credit each of them earns
 * @param batches batches that come of it
 * @param publishEvery batches between two versions
 */
record DemoPlan(int trainingFaces, double replayRatio, int batches, int publishEvery) {
    private static final int BATCHES_PER_VERSION = 100;
    private static final int MIN_VERSIONS = 5;

    /**
     * Reads every face once, since which are held out depends on their content.
     *
     * @param stop asked before each face
     * @return empty if it was stopped
     * @throws IllegalArgumentException if the faces are too few
     */
    static Optional<DemoPlan> of(
            FaceSource source,
            Optional<IdentityList> identities,
            IngestConfig ingest,
            SamplerConfig sampler,
            int crops,
            BooleanSupplier stop) {
        Set<String> training = new HashSet<>();
        for (FaceRef face : source.faces()) {
            if (stop.getAsBoolean()) {
                return Optional.empty();
            }
            if (identities.isEmpty() || identities.get().names().contains(face.identity())) {
                trainingId(source, face, ingest, sampler).ifPresent(training::add);
            }
        }
        if (training.isEmpty()) {
            throw new IllegalArgumentException("no face of %s is left for training".formatted(source.description()));
        }
        int batches = crops / sampler.cropsPerBatch();
        int versions = Math.max(MIN_VERSIONS, batches / BATCHES_PER_VERSION);
        // A little more than the quotient, or rounding down the credit could cost the last batch.
        double ratio = (batches * (double) sampler.cropsPerBatch() + 1) / training.size();
        return Optional.of(new DemoPlan(training.size(), ratio, batches, Math.max(1, batches / versions)));
    }

    /** Versions that come of it. */
    int versions() {
        return batches / publishEvery;
    }

    private static Optional<String> trainingId(
            FaceSource source, FaceRef face, IngestConfig ingest, SamplerConfig sampler) {
        return ingest.faceId(source, face)
                .filter(faceId -> sampler.split().isTraining(face.identity(), faceId))
                .map(faceId -> face.identity() + "/" + faceId);
    }
}
