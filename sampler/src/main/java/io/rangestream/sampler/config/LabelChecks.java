package io.rangestream.sampler.config;

import java.util.Locale;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;

/**
 * What is done about the same picture under two identities of a partition.
 *
 * @param conflict what becomes of the second
 * @param window pictures of a partition that are remembered; 0 for none
 */
public record LabelChecks(Conflict conflict, int window) {
    public static final String CONFLICT = "label.conflict";
    public static final String WINDOW = "label.window";

    /** What becomes of a picture that is known under another identity. */
    public enum Conflict {
        /** It is taken in and counted. */
        COUNT,
        /** It is a dead letter. */
        REFUSE;

        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static void define(ConfigDef definition) {
        definition
                .define(
                        CONFLICT,
                        Type.STRING,
                        Conflict.COUNT.key(),
                        ValidString.in(Conflict.COUNT.key(), Conflict.REFUSE.key()),
                        Importance.MEDIUM,
                        "What becomes of a face whose picture, byte for byte, is among the last " + WINDOW
                                + " of its partition under another identity: count takes it in and counts it, refuse makes"
                                + " it a dead letter. Relabelling is not refused. Identities of different partitions are"
                                + " not compared here, but counted by the learner.")
                .define(
                        WINDOW,
                        Type.INT,
                        65_536,
                        Range.between(0, 1 << 24),
                        Importance.LOW,
                        "Pictures of each partition that are remembered by their content, 40 bytes of memory and 24 of the"
                                + " store each; 0 looks for no conflicts.");
    }

    static LabelChecks from(AbstractConfig config) {
        return new LabelChecks(
                Conflict.valueOf(config.getString(CONFLICT).toUpperCase(Locale.ROOT)), config.getInt(WINDOW));
    }
}
