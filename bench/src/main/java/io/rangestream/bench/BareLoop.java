package io.rangestream.bench;

import io.rangestream.avro.TrainingBatch;
import io.rangestream.learner.batch.BatchPreparer;
import io.rangestream.learner.batch.CropCache;
import io.rangestream.learner.batch.PreparedBatch;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.training.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** Training on batches that lie decoded in memory, one after the other for ever. */
final class BareLoop implements AutoCloseable {
    private final Trainer trainer;
    private final List<PreparedBatch> prepared = new ArrayList<>();
    private long sequence;

    BareLoop(LearnerConfig config, List<TrainingBatch> batches) {
        trainer = new Trainer(config);
        int size = trainer.backbone().spec().inputSize();
        try (var preparer = new BatchPreparer(
                size, config.maxFacePixels(), config.seed(), new CropCache(0), config.augmentation())) {
            for (TrainingBatch batch : batches) {
                prepared.add(preparer.prepare(batch).get());
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("a batch could not be prepared", e);
        }
    }

    String backend() {
        return trainer.backbone().backend().toString();
    }

    /** Takes steps and returns the seconds they took. */
    double run(int steps) {
        long start = System.nanoTime();
        for (int i = 0; i < steps; i++) {
            PreparedBatch next = prepared.get((int) (sequence % prepared.size()));
            sequence++;
            next.source().setSequence(sequence);
            trainer.train(next, sequence);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    @Override
    public void close() {
        trainer.close();
    }
}
