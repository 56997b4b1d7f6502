package io.rangestream.learner.config;

import io.rangestream.learner.batch.AugmentationSettings;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;

/** The keys of what is done to crops before training sees them. */
final class AugmentationKeys {
    private static final String FLIP = "augmentation.flip";
    private static final String SHIFT = "augmentation.shift";
    private static final String SCALE = "augmentation.scale";
    private static final String BRIGHTNESS = "augmentation.brightness";
    private static final String CONTRAST = "augmentation.contrast";
    private static final String OCCLUSION = "augmentation.occlusion";

    private static final AugmentationSettings DEFAULTS = AugmentationSettings.defaults();

    private AugmentationKeys() {}

    static void define(ConfigDef definition) {
        definition
                .define(FLIP, Type.BOOLEAN, DEFAULTS.flip(), Importance.LOW, "Whether half of the crops are mirrored.")
                .define(
                        SHIFT,
                        Type.INT,
                        DEFAULTS.shift(),
                        Range.atLeast(0),
                        Importance.LOW,
                        "Pixels by which crops are moved each way at most.")
                .define(
                        SCALE,
                        Type.DOUBLE,
                        DEFAULTS.scale(),
                        Importance.LOW,
                        "Share by which crops are enlarged or shrunk at most, 0 to 0.5.")
                .define(
                        BRIGHTNESS,
                        Type.DOUBLE,
                        DEFAULTS.brightness(),
                        Importance.LOW,
                        "Share of half the range of pixel values that is added or taken away at most, 0 to 1.")
                .define(
                        CONTRAST,
                        Type.DOUBLE,
                        DEFAULTS.contrast(),
                        Importance.LOW,
                        "Share by which the distance to mid-grey grows or shrinks at most, 0 to 1.")
                .define(
                        OCCLUSION,
                        Type.DOUBLE,
                        DEFAULTS.occlusion(),
                        Importance.LOW,
                        "Share of the crops of which a grey square covers a part, 0 to 1.");
    }

    static AugmentationSettings read(AbstractConfig c) {
        return new AugmentationSettings(
                c.getBoolean(FLIP),
                c.getInt(SHIFT),
                c.getDouble(SCALE),
                c.getDouble(BRIGHTNESS),
                c.getDouble(CONTRAST),
                c.getDouble(OCCLUSION));
    }
}
