package io.rangestream.learner.reference;

import io.rangestream.avro.TrainingBatch;
import io.rangestream.learner.batch.PreparedBatch;
import io.rangestream.learner.checkpoint.CheckpointStore;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.training.Trainer;
import io.rangestream.schemas.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Times the checkpoint between versions in a directory, against the training step of the default network on random crops, 16 identities × 4.
 * Not a test: run it by name with the number of threads, of classes in the head and an empty folder.
 */
public final class CheckpointCost {
    private static final int IDENTITIES = 16;
    private static final int SAMPLES = 4;
    private static final int WRITES = 20;
    private static final int INTERVAL_MILLIS = 60_000;

    private CheckpointCost() {}

    public static void main(String[] args) throws Exception {
        int classes = Integer.parseInt(args[1]);
        Path folder = Path.of(args[2]);
        LearnerConfig config = LearnerConfig.from(Settings.of(Map.of("learner.threads", args[0])));
        try (var trainer = new Trainer(config);
                var store = CheckpointStore.in(folder)) {
            var steps = new double[classes / IDENTITIES];
            for (int i = 0; i < steps.length; i++) {
                PreparedBatch batch = batch(i, trainer.backbone().spec().cropLength());
                long start = System.nanoTime();
                trainer.train(batch, i);
                steps[i] = (System.nanoTime() - start) / 1e6;
            }
            var writes = new double[WRITES];
            for (int i = 0; i < WRITES; i++) {
                long start = System.nanoTime();
                store.writeInHand(trainer::save);
                writes[i] = (System.nanoTime() - start) / 1e6;
            }
            System.out.printf(
                    "%d classes: step %.0f ms, checkpoint of %.1f MB %.0f ms (medians), %.2f %% of the time at one a minute%n",
                    trainer.identities(),
                    median(steps),
                    Files.size(folder.resolve("in-hand.ckpt")) / 1e6,
                    median(writes),
                    100 * median(writes) / (INTERVAL_MILLIS + median(writes)));
        }
    }

    private static PreparedBatch batch(int number, int cropLength) {
        var random = new Random(number);
        List<String> identities = new ArrayList<>();
        for (int i = 0; i < IDENTITIES; i++) {
            for (int j = 0; j < SAMPLES; j++) {
                identities.add("id" + (number * IDENTITIES + i));
            }
        }
        var crops = new float[identities.size() * cropLength];
        for (int i = 0; i < crops.length; i++) {
            crops[i] = 2 * random.nextFloat() - 1;
        }
        var source = new TrainingBatch();
        source.setTask("0_0");
        source.setSequence(number + 1);
        return new PreparedBatch(source, crops, identities, List.of());
    }

    private static double median(double[] values) {
        return Arrays.stream(values).sorted().toArray()[values.length / 2];
    }
}
