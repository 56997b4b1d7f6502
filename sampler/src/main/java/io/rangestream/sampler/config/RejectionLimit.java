package io.rangestream.sampler.config;

import io.rangestream.schemas.config.ConfigurationException;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;

/**
 * When refused records stop the sampler.
 *
 * @param share of the window's records, above 0 and at most 1
 * @param window records looked back on; 0 never stops
 */
public record RejectionLimit(double share, int window) {
    public static final String SHARE = "rejected.stop.share";
    public static final String WINDOW = "rejected.stop.window";

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
                        0.99,
                        Range.between(0.01, 1),
                        Importance.LOW,
                        "Share of the last " + WINDOW
                                + " records at which refusals stop the sampler, with the last reason:"
                                + " when everything is refused, it is not the faces that are wrong.")
                .define(
                        WINDOW,
                        Type.INT,
                        1000,
                        Range.between(0, 1_000_000),
                        Importance.LOW,
                        "Records of this process looked back on for " + SHARE + "; 0 never stops.");
    }

    static RejectionLimit from(AbstractConfig config) {
        return new RejectionLimit(config.getDouble(SHARE), config.getInt(WINDOW));
    }
}
