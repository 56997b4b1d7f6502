package io.rangestream.client;

import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.storage.StorageConfig;
import io.rangestream.schemas.storage.StoreLocation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;

/**
 * How a consumer follows the model and embeds.
 *
 * @param fetchTimeout how long to wait for a version's chunks while none comes
 * @param cacheBytes memory for embeddings that were computed before; 0 keeps none
 * @param threads threads of one inference
 * @param maxPixels larger images are refused before they are decoded
 * @param trusted whose updates are accepted
 * @param claimCheck the store that large artifacts may come from, if any may
 * @param readAheadBytes memory for the chunks of a version whose update is still on the way; 0 reads none ahead
 * @param maxAge how old the learner's last heartbeat may be before the follower says so; zero for any age
 */
public record ClientConfig(
        Duration fetchTimeout,
        long cacheBytes,
        int threads,
        long maxPixels,
        TrustedKeys trusted,
        Optional<StoreLocation> claimCheck,
        int readAheadBytes,
        Duration maxAge) {
    public static final String FETCH_TIMEOUT = "fetch.timeout.ms";
    public static final String CACHE_BYTES = "client.cache.bytes";
    public static final String THREADS = "client.threads";
    public static final String MAX_PIXELS = "client.max.pixels";
    public static final String TRUSTED_KEYS = "client.trusted.keys";
    public static final String CLAIM_CHECK_STORE = "client.claim.check.store";
    public static final String READ_AHEAD_BYTES = "client.read.ahead.bytes";
    public static final String MAX_AGE = "client.max.age.ms";

    private static final int DEFAULT_READ_AHEAD = 16 * 1024 * 1024;

    /** They are joined in one array. */
    private static final int MOST_READ_AHEAD = 1024 * 1024 * 1024;

    public ClientConfig {
        if (fetchTimeout.isNegative() || fetchTimeout.isZero()) {
            throw new ConfigurationException("%s must be positive".formatted(FETCH_TIMEOUT));
        }
        if (cacheBytes < 0) {
            throw new ConfigurationException("%s must not be negative".formatted(CACHE_BYTES));
        }
        if (threads < 1) {
            throw new ConfigurationException("%s must be at least 1".formatted(THREADS));
        }
        if (maxPixels < 1) {
            throw new ConfigurationException("%s must be at least 1".formatted(MAX_PIXELS));
        }
        if (maxAge.isNegative()) {
            throw new ConfigurationException("%s must not be negative".formatted(MAX_AGE));
        }
        if (readAheadBytes < 0 || readAheadBytes > MOST_READ_AHEAD) {
            throw new ConfigurationException(
                    "%s must be between 0 and %d".formatted(READ_AHEAD_BYTES, MOST_READ_AHEAD));
        }
    }

    /** The keys of this configuration. */
    public static ConfigDef definition() {
        return new ConfigDef()
                .define(
                        FETCH_TIMEOUT,
                        Type.LONG,
                        30_000L,
                        Range.atLeast(1),
                        Importance.MEDIUM,
                        "How long a consumer waits, in milliseconds, for the chunks of a new version while none comes,"
                                + " before it keeps the old version.")
                .define(
                        CACHE_BYTES,
                        Type.LONG,
                        64L * 1024 * 1024,
                        Range.atLeast(0),
                        Importance.LOW,
                        "Memory for embeddings that were computed before, in bytes; 0 keeps none.")
                .define(
                        THREADS,
                        Type.INT,
                        0,
                        Range.atLeast(0),
                        Importance.LOW,
                        "Threads of one inference; 0 takes one per processor.")
                .define(
                        MAX_PIXELS,
                        Type.LONG,
                        16_777_216L,
                        Range.atLeast(1),
                        Importance.LOW,
                        "Images with more pixels are refused before they are decoded.")
                .define(
                        TRUSTED_KEYS,
                        Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "File of one or more Ed25519 public keys (PEM). With it, updates that none of them signed are refused;"
                                + " without it, signatures are not looked at.")
                .define(
                        CLAIM_CHECK_STORE,
                        Type.STRING,
                        "",
                        Importance.MEDIUM,
                        "The learner's publish.claim.check.store, where large artifacts lie: a directory, file:///path or"
                                + " s3://bucket/prefix. Artifacts in any other place, or without this, are refused.")
                .define(
                        READ_AHEAD_BYTES,
                        Type.INT,
                        DEFAULT_READ_AHEAD,
                        Range.between(0, MOST_READ_AHEAD),
                        Importance.LOW,
                        "Memory for the chunks of a version that is being published, in bytes: a follower takes them in as they"
                                + " are written, and serves the version sooner once its update is committed. Larger artifacts, and"
                                + " with 0 all of them, are read when the update has come, and only those of promoted versions.")
                .define(
                        MAX_AGE,
                        Type.LONG,
                        0L,
                        Range.atLeast(0),
                        Importance.MEDIUM,
                        "How old the learner's last heartbeat may be, in milliseconds, before the follower says in its failure and metrics"
                                + " that newer versions may be kept from it; 0 for any age. What serves goes on serving. Take several times"
                                + " publish.heartbeat.interval.ms, and more than a version takes to make; clocks must agree that far.");
    }

    /** The defaults of {@link #definition}. */
    public static ClientConfig ofDefaults() {
        return from(Settings.of(Map.of()));
    }

    /** @throws ConfigurationException if a value does not fit */
    public static ClientConfig from(Settings settings) {
        AbstractConfig config = settings.parse(definition());
        int threads = config.getInt(THREADS);
        return new ClientConfig(
                Duration.ofMillis(config.getLong(FETCH_TIMEOUT)),
                config.getLong(CACHE_BYTES),
                threads == 0 ? Runtime.getRuntime().availableProcessors() : threads,
                config.getLong(MAX_PIXELS),
                config.getString(TRUSTED_KEYS).isBlank()
                        ? TrustedKeys.anyone()
                        : TrustedKeys.read(Path.of(config.getString(TRUSTED_KEYS))),
                Optional.of(config.getString(CLAIM_CHECK_STORE))
                        .filter(location -> !location.isBlank())
                        .map(location -> new StoreLocation(location, StorageConfig.from(settings))),
                config.getInt(READ_AHEAD_BYTES),
                Duration.ofMillis(config.getLong(MAX_AGE)));
    }
}
