package io.rangestream.bench;

import io.rangestream.avro.BufferStatistics;
import io.rangestream.avro.TrainingBatch;
import io.rangestream.learner.batch.PreparedBatch;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.training.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The learner's training step on one batch of random crops, without topics. */
final class TrainingSteps implements AutoCloseable {
    private final Trainer trainer;
    private final int identities;
    private final int samples;
    private final float[] crops;
    private final SplittableRandom random = new SplittableRandom(1);
    private long sequence;

    /** @param classes identities in the head, met before the first timed step; a multiple of the batch at least */
    TrainingSteps(LearnerConfig config, int identities, int samples, int classes) {
        this.trainer = new Trainer(config);
        this.identities = identities;
        this.samples = samples;
        int batch = identities * samples;
        this.crops = new float[batch * trainer.backbone().spec().cropLength()];
        for (int i = 0; i < crops.length; i++) {
            crops[i] = (float) random.nextDouble(-1, 1);
        }
        for (int first = 0; first < classes; first += batch) {
            step(first, batch, 1);
        }
    }

    String backend() {
        return trainer.backbone().backend().toString();
    }

    int classes() {
        return trainer.identities();
    }

    /** From here on embeddings are kept near those of the weights as they are now, as {@code compatibility.weight} says. */
    void foundSpace() {
        trainer.keepComparableWith(trainer.published());
    }

    /** Takes steps on identities drawn anew for each; milliseconds of each. */
    double[] run(int steps) {
        var millis = new double[steps];
        for (int i = 0; i < steps; i++) {
            int first = random.nextInt(classes() - identities + 1);
            long start = System.nanoTime();
            step(first, identities, samples);
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        return millis;
    }

    @Override
    public void close() {
        trainer.close();
    }

    private void step(int first, int count, int each) {
        List<String> names = new ArrayList<>(count * each);
        for (int i = 0; i < count * each; i++) {
            names.add("identity " + (first + i / each));
        }
        sequence++;
        var source = TrainingBatch.newBuilder()
                .setBatchId("0_0/" + sequence)
                .setTask("0_0")
                .setSequence(sequence)
                .setIdentities(count)
                .setSamplesPerIdentity(each)
                .setFaces(List.of())
                .setBuffers(BufferStatistics.newBuilder().build())
                .build();
        trainer.train(new PreparedBatch(source, crops, names, List.of()), sequence);
    }
}
