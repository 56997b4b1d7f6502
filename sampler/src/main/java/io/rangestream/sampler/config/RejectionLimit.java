package io.rangestream.sampler.config;

import io.rangestream.schemas.config.ConfigurationException;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;

/**
 * When refused records raise an alarm.
 *
 * @param share of the window's records, above 0 and at most 1
 * @param window records of a partition looked back on; 0 for no alarm
 */
public record RejectionLimit(double share, int window) {
    public static final String SHARE = "rejected.alarm.share";
    public static final String WINDOW = "rejected.alarm.window";

    public RejectionLimit {
        if (!(share > 0 && share <= 1) || window < 0) {
            throw new ConfigurationException("%s %s has to be above 0 and at most 1, %s %d not negative"
                    .formatted(SHARE, share, WINDOW, window));
        }
    }

    static void define(ConfigDef definition) {
        definition
                .define(
                        SHARE,
                        Type.DOUBLE,
                        0.5,
                        Range.between(0.01, 1),
                        Importance.LOW,
                        "Share of a partition's last " + WINDOW
                                + " records at which refusals raise an alarm: a line in the log, in /readyz and in the"
                                + " metrics. It ends below half of that. Refusals never stop the sampler.")
                .define(
                        WINDOW,
                        Type.INT,
                        1000,
                        Range.between(0, 1_000_000),
                        Importance.LOW,
                        "Records of a partition looked back on for " + SHARE + "; 0 raises no alarm.");
    }

    static RejectionLimit from(AbstractConfig config) {
        return new RejectionLimit(config.getDouble(SHARE), config.getInt(WINDOW));
    }
}
