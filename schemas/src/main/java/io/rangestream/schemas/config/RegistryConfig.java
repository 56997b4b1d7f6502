package io.rangestream.schemas.config;

import java.net.URI;
import java.util.Optional;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.types.Password;
import org.jspecify.annotations.Nullable;

/**
 * Where the schemas of foreign producers are that frame their records as Confluent's serializers do.
 *
 * @param url of the registry's Confluent-compatible API, without a slash at its end
 * @param userInfo user:password for HTTP's basic authentication
 */
public record RegistryConfig(URI url, Optional<String> userInfo) {
    public static final String URL = "schema.registry.url";
    public static final String USER_INFO = "schema.registry.basic.auth.user.info";

    /** Adds the keys of this configuration. */
    public static void define(ConfigDef definition) {
        definition
                .define(
                        URL,
                        Type.STRING,
                        "",
                        Importance.LOW,
                        "Confluent-compatible API of a schema registry (Apicurio: .../apis/ccompat/v7). With it, faces in"
                                + " that registry's framing (a zero byte, four bytes of id) are read, too.")
                .define(
                        USER_INFO,
                        Type.PASSWORD,
                        null,
                        Importance.LOW,
                        "user:password for the registry, by HTTP basic authentication.");
    }

    /**
     * The registry, if one is configured.
     *
     * @throws ConfigurationException if its URL is none
     */
    public static Optional<RegistryConfig> from(AbstractConfig config) {
        String url = config.getString(URL).strip().replaceAll("/+$", "");
        if (url.isEmpty()) {
            return Optional.empty();
        }
        if (!url.matches("https?://.+")) {
            throw new ConfigurationException("%s '%s' is no http or https URL".formatted(URL, url));
        }
        @Nullable Password userInfo = config.getPassword(USER_INFO);
        try {
            return Optional.of(new RegistryConfig(
                    URI.create(url), Optional.ofNullable(userInfo).map(Password::value)));
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(e);
        }
    }
}
