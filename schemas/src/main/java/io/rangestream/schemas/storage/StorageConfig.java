package io.rangestream.schemas.storage;

import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.Settings;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.types.Password;

/**
 * How S3-compatible stores are reached.
 *
 * @param endpoint of the store; empty for Amazon's
 * @param region of the store; empty to find it as the AWS tools do
 * @param pathStyle whether the bucket is in the path instead of the host's name
 * @param keys to sign requests with; empty to find some as the AWS tools do
 */
public record StorageConfig(Optional<URI> endpoint, Optional<String> region, boolean pathStyle, Optional<Keys> keys) {
    public static final String ENDPOINT = "storage.s3.endpoint";
    public static final String REGION = "storage.s3.region";
    public static final String PATH_STYLE = "storage.s3.path.style";
    public static final String ACCESS_KEY = "storage.s3.access.key";
    public static final String SECRET_KEY = "storage.s3.secret.key";

    /**
     * A pair of keys.
     *
     * @param secret never in a message or a log
     */
    public record Keys(String access, Password secret) {}

    /** The keys of this configuration. */
    public static ConfigDef definition() {
        return new ConfigDef()
                .define(
                        ENDPOINT,
                        Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "URL of an S3-compatible store, for instance http://minio:9000; empty for Amazon S3.")
                .define(
                        REGION,
                        Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "Region of the S3 store; empty to find it as the AWS tools do (AWS_REGION, profile), and us-east-1"
                                + " where an endpoint is given.")
                .define(
                        PATH_STYLE,
                        Type.BOOLEAN,
                        false,
                        Importance.MEDIUM,
                        "Whether the bucket is in the URL's path instead of the host's name, as most stores other than"
                                + " Amazon's want it.")
                .define(
                        ACCESS_KEY,
                        Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "Access key of the S3 store; empty to find credentials as the AWS tools do (environment, profile,"
                                + " container, instance).")
                .define(SECRET_KEY, Type.PASSWORD, "", Importance.MEDIUM, "Secret key that belongs to the access key.");
    }

    /** Amazon's store with the credentials of the environment. */
    public static StorageConfig ofDefaults() {
        return from(Settings.of(Map.of()));
    }

    /** @throws ConfigurationException if a value does not fit */
    public static StorageConfig from(Settings settings) {
        AbstractConfig config = settings.parse(definition());
        String access = config.getString(ACCESS_KEY);
        Password secret = config.getPassword(SECRET_KEY);
        if (access.isBlank() != secret.value().isBlank()) {
            throw new ConfigurationException("%s and %s go together".formatted(ACCESS_KEY, SECRET_KEY));
        }
        return new StorageConfig(
                present(config.getString(ENDPOINT)).map(StorageConfig::url),
                present(config.getString(REGION)),
                config.getBoolean(PATH_STYLE),
                present(access).map(key -> new Keys(key, secret)));
    }

    private static Optional<String> present(String value) {
        return Optional.of(value).filter(text -> !text.isBlank());
    }

    private static URI url(String value) {
        try {
            URI url = URI.create(value);
            if (url.getHost() != null && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
                return url;
            }
        } catch (IllegalArgumentException e) {
            // Told below.
        }
        throw new ConfigurationException("%s '%s' is no http or https URL".formatted(ENDPOINT, value));
    }
}
