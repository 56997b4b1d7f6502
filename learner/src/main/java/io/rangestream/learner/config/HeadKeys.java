package io.rangestream.learner.config;

import io.rangestream.learner.head.HeadSettings;
import io.rangestream.learner.head.Logits;
import io.rangestream.learner.loss.LossComposition;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;

/** The keys of the classifier over identities. */
final class HeadKeys {
    private static final String BIAS = "head.bias";
    private static final String COSFACE_SCALE = "cosface.scale";
    private static final String COSFACE_MARGIN = "cosface.margin";
    private static final String ARCFACE_SCALE = "arcface.scale";
    private static final String ARCFACE_MARGIN = "arcface.margin";
    private static final String SAMPLED_ABOVE = "head.sampled.above";
    private static final String SAMPLED_CLASSES = "head.sampled.classes";

    private static final HeadSettings DEFAULTS = HeadSettings.defaults();

    private HeadKeys() {}

    static void define(ConfigDef definition) {
        definition
                .define(BIAS, Type.BOOLEAN, true, Importance.LOW, "Whether the identities of a softmax have a bias.")
                .define(COSFACE_SCALE, Type.DOUBLE, 16.0, Importance.LOW, "CosFace: what cosines are multiplied by.")
                .define(
                        COSFACE_MARGIN,
                        Type.DOUBLE,
                        0.2,
                        Importance.MEDIUM,
                        "CosFace: what is taken off the cosine to a crop's own identity.")
                .define(ARCFACE_SCALE, Type.DOUBLE, 16.0, Importance.LOW, "ArcFace: what cosines are multiplied by.")
                .define(
                        ARCFACE_MARGIN,
                        Type.DOUBLE,
                        0.2,
                        Importance.MEDIUM,
                        "ArcFace: what is added to the angle to a crop's own identity, radians.")
                .define(
                        SAMPLED_ABOVE,
                        Type.INT,
                        DEFAULTS.sampledAbove(),
                        Range.atLeast(0),
                        Importance.MEDIUM,
                        "Identities up to which a step compares with all of them. Beyond, it compares with those of its batch and with others drawn at random, and costs the same however many there are.")
                .define(
                        SAMPLED_CLASSES,
                        Type.INT,
                        DEFAULTS.sampledClasses(),
                        Range.atLeast(1),
                        Importance.MEDIUM,
                        "How many others are drawn.");
    }

    /** All logits are built, so that a value that does not fit shows whichever is chosen. */
    static HeadSettings read(AbstractConfig c) {
        var cosFace = new Logits.CosFace(c.getDouble(COSFACE_SCALE), c.getDouble(COSFACE_MARGIN));
        var arcFace = new Logits.ArcFace(c.getDouble(ARCFACE_SCALE), c.getDouble(ARCFACE_MARGIN));
        Logits logits =
                switch (LossComposition.of(c.getString(LossConfig.LOSS)).classification()) {
                    case SOFTMAX -> new Logits.Linear(c.getBoolean(BIAS));
                    case COSFACE -> cosFace;
                    case ARCFACE -> arcFace;
                };
        return new HeadSettings(logits, c.getInt(SAMPLED_ABOVE), c.getInt(SAMPLED_CLASSES));
    }
}
