package io.rangestream.app.health;

import io.rangestream.schemas.config.Settings;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;

/**
 * Where health is told.
 *
 * @param host address to listen on
 * @param port port to listen on; 0 for none
 */
public record HealthConfig(String host, int port) {
    public static final String HOST = "health.host";
    public static final String PORT = "health.port";

    /** The keys of this configuration. */
    public static ConfigDef definition() {
        return new ConfigDef()
                .define(
                        HOST,
                        Type.STRING,
                        "localhost",
                        Importance.LOW,
                        "Address on which /livez, /readyz and /metrics are served; 0.0.0.0 for all.")
                .define(
                        PORT,
                        Type.INT,
                        0,
                        Range.between(0, 65535),
                        Importance.MEDIUM,
                        "Port on which /livez, /readyz and /metrics are served; 0 serves none.");
    }

    /** @throws io.rangestream.schemas.config.ConfigurationException if a value does not fit */
    public static HealthConfig from(Settings settings) {
        AbstractConfig config = settings.parse(definition());
        return new HealthConfig(config.getString(HOST), config.getInt(PORT));
    }
}
