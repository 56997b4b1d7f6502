package io.rangestream.learner.training;

import io.rangestream.avro.TrainingBatch;
import io.rangestream.learner.batch.PreparedBatch;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.schemas.config.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Small batches of noise, and a configuration in which two of them are trained on in no time. */
public final class TrainingBatches {
    private static final int CROP = 3 * 64 * 64;

    private TrainingBatches() {}

    /** On the CPU with two threads; changes are key, value, key, value. */
    public static LearnerConfig config(String... changes) {
        Map<String, String> values = new HashMap<>(Map.of("backend", "cpu", "learner.threads", "2"));
        for (int i = 0; i < changes.length; i += 2) {
            values.put(changes[i], changes[i + 1]);
        }
        return LearnerConfig.from(Settings.of(values));
    }

    /** A batch whose crops follow from task, sequence and position. */
    public static PreparedBatch batch(String task, long sequence, String... identities) {
        var random = new SplittableRandom(task.hashCode() + 1000 * sequence);
        var crops = new float[identities.length * CROP];
        for (int i = 0; i < crops.length; i++) {
            crops[i] = (float) random.nextDouble(-1, 1);
        }
        return new PreparedBatch(source(task, sequence), crops, List.of(identities), List.of());
    }

    /** The record of a batch, without faces. */
    public static TrainingBatch source(String task, long sequence) {
        return TrainingBatch.newBuilder()
                .setBatchId(task + "/" + sequence)
                .setTask(task)
                .setSequence(sequence)
                .setIdentities(2)
                .setSamplesPerIdentity(2)
                .setFaces(List.of())
                .setHoldoutRecords(3 * sequence)
                .build();
    }

    static int cropLength() {
        return CROP;
    }
}
