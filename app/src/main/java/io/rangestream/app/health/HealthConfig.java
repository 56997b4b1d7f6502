package io.rangestream.app.health;

import io.rangestream.schemas.config.Settings;
import java.util.Optional;
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
 * @param advertisedHost name under which other instances reach it; empty for none
 */
public record HealthConfig(String host, int port, String advertisedHost) {
    public static final String HOST = "health.host";
    public static final String PORT = "health.port";
    public static final String ADVERTISED_HOST = "health.advertised.host";

    private static final String EVERY_ADDRESS = "0.0.0.0";

    /** The keys of this configuration. */
    public static ConfigDef definition() {
        return new ConfigDef()
                .define(
                        HOST,
                        Type.STRING,
                        "localhost",
                        Importance.LOW,
                        "Address on which /livez, /readyz, /metrics and a sampler's /identities are served; 0.0.0.0 for all.")
                .define(
                        PORT,
                        Type.INT,
                        0,
                        Range.between(0, 65535),
                        Importance.MEDIUM,
                        "Port on which /livez, /readyz, /metrics and a sampler's /identities are served; 0 serves none.")
                .define(
                        ADVERTISED_HOST,
                        Type.STRING,
                        "",
                        Importance.LOW,
                        "Name under which other instances and their clients reach health.port, told to the other samplers"
                                + " so that /identities can point to whoever has an identity; empty for health.host, or for"
                                + " none where that is 0.0.0.0. Samplers on several machines each need their own.");
    }

    /** @throws io.rangestream.schemas.config.ConfigurationException if a value does not fit */
    public static HealthConfig from(Settings settings) {
        AbstractConfig config = settings.parse(definition());
        return new HealthConfig(config.getString(HOST), config.getInt(PORT), config.getString(ADVERTISED_HOST));
    }

    /** host:port under which others reach it; empty if they do not. */
    public Optional<String> advertised() {
        String name = advertisedHost.isEmpty() ? host : advertisedHost;
        return port == 0 || name.equals(EVERY_ADDRESS) ? Optional.empty() : Optional.of(name + ":" + port);
    }
}
