package io.rangestream.learner.config;

import io.rangestream.learner.backbone.BackboneSpec;
import io.rangestream.learner.backbone.OptimizerSettings;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;

/**
 * The settings that a training state was made with, by key, as a checkpoint keeps them.
 *
 * @param binding what the state is of: under another value it would mean something else
 * @param free what may be set anew while training goes on
 */
public record TrainingSettings(SortedMap<String, String> binding, SortedMap<String, String> free) {

    /** A setting that was another one. */
    public record Change(String key, String saved, String configured) {}

    static TrainingSettings of(AbstractConfig c, BackboneSpec backbone, OptimizerSettings optimizer, LossConfig loss) {
        var binding = new TreeMap<>(Map.of(
                LearnerConfig.BACKBONE, backbone.name(),
                LearnerConfig.INPUT_SIZE, Integer.toString(backbone.inputSize()),
                LearnerConfig.EMBEDDING_DIM, Integer.toString(backbone.embeddingDim()),
                LearnerConfig.WIDTH, Double.toString(backbone.width()),
                LearnerConfig.SEED, Long.toString(c.getLong(LearnerConfig.SEED)),
                LossConfig.LOSS, loss.terms().toString(),
                OptimizerKeys.OPTIMIZER, c.getString(OptimizerKeys.OPTIMIZER)));
        var definition = new ConfigDef();
        OptimizerKeys.define(definition);
        HeadKeys.define(definition);
        LossKeys.define(definition);
        AugmentationKeys.define(definition);
        var free = new TreeMap<String, String>();
        definition
                .names()
                .forEach(key -> free.put(key, Objects.toString(c.values().get(key), "")));
        // Where nothing is set, these depend on the optimiser.
        free.put(OptimizerKeys.LEARNING_RATE, Double.toString(optimizer.learningRate()));
        free.put(OptimizerKeys.WEIGHT_DECAY, Double.toString(optimizer.weightDecay()));
        free.keySet().removeAll(binding.keySet());
        return new TrainingSettings(binding, free);
    }

    /** Binding settings that a saved state has and these have otherwise. */
    public List<Change> contradictions(TrainingSettings saved) {
        return changes(saved.binding, binding);
    }

    /** Free settings that a saved state has and these have otherwise. */
    public List<Change> changes(TrainingSettings saved) {
        return changes(saved.free, free);
    }

    /** Writes them. */
    public void save(DataOutput out) throws IOException {
        for (Map<String, String> settings : List.of(binding, free)) {
            out.writeInt(settings.size());
            for (Map.Entry<String, String> setting : settings.entrySet()) {
                out.writeUTF(setting.getKey());
                out.writeUTF(setting.getValue());
            }
        }
    }

    /** Reads what {@link #save} wrote. */
    public static TrainingSettings load(DataInput in) throws IOException {
        return new TrainingSettings(loadOne(in), loadOne(in));
    }

    private static SortedMap<String, String> loadOne(DataInput in) throws IOException {
        var settings = new TreeMap<String, String>();
        for (int left = in.readInt(); left > 0; left--) {
            settings.put(in.readUTF(), in.readUTF());
        }
        return settings;
    }

    /** A key that only one release knows is no change. */
    private static List<Change> changes(Map<String, String> saved, Map<String, String> configured) {
        var changes = new ArrayList<Change>();
        configured.forEach((key, value) -> {
            String before = saved.get(key);
            if (before != null && !before.equals(value)) {
                changes.add(new Change(key, before, value));
            }
        });
        return changes;
    }
}
