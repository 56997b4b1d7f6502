package io.rangestream.schemas.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/**
 * Raw settings by dotted key, merged from their sources. Precedence: flags, then environment ({@code
 * RANGESTREAM_TOPIC_PREFIX} is {@code topic.prefix}), then file, then the default in the definition.
 */
public final class Settings {
    /** Settings with this prefix go to every Kafka client, without it. */
    public static final String KAFKA_PREFIX = "kafka.";

    /** What is wrong with an argument or a variable that holds U+FFFD; goes behind its name. */
    public static final String NOT_UTF8 =
            "is not UTF-8, or the locale's character set is not and Java lost characters: set LC_ALL=C.UTF-8";

    /** Environment variables with this prefix are settings. */
    public static final String ENVIRONMENT_PREFIX = "RANGESTREAM_";

    private final Map<String, String> values;

    private Settings(Map<String, String> values) {
        this.values = Map.copyOf(values);
    }

    /** Exactly these settings. */
    public static Settings of(Map<String, String> values) {
        return new Settings(values);
    }

    /** The environment variable of a key. */
    public static String variable(String key) {
        return ENVIRONMENT_PREFIX + key.replace('.', '_').toUpperCase(Locale.ROOT);
    }

    /**
     * The settings of the process's environment.
     *
     * @throws ConfigurationException if a value is not what was set, for want of a character set
     */
    public static Settings ofEnvironment(Map<String, String> environment) {
        var values = new HashMap<String, String>();
        environment.forEach((name, value) -> {
            if (name.startsWith(ENVIRONMENT_PREFIX)) {
                if (value.indexOf('\uFFFD') >= 0) {
                    throw new ConfigurationException("%s %s".formatted(name, NOT_UTF8));
                }
                values.put(
                        name.substring(ENVIRONMENT_PREFIX.length())
                                .toLowerCase(Locale.ROOT)
                                .replace('_', '.'),
                        value);
            }
        });
        return new Settings(values);
    }

    /**
     * The settings of a properties file.
     *
     * @throws ConfigurationException if it cannot be read
     */
    public static Settings ofFile(Path file) {
        var properties = new Properties();
        try {
            properties.load(new StringReader(String.join("\n", TextLines.read(file))));
        } catch (ConfigurationException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigurationException("cannot read the configuration file %s: %s".formatted(file, e));
        }
        var values = new HashMap<String, String>();
        properties.stringPropertyNames().forEach(name -> values.put(name, properties.getProperty(name)));
        return new Settings(values);
    }

    /** These settings, and those of {@code fallback} where these have none. */
    public Settings orElse(Settings fallback) {
        var merged = new HashMap<>(fallback.values);
        merged.putAll(values);
        return new Settings(merged);
    }

    /** These settings with one replaced. */
    public Settings with(String key, Object value) {
        var merged = new HashMap<>(values);
        merged.put(key, value.toString());
        return new Settings(merged);
    }

    /** The raw settings, sorted by key. */
    public Map<String, String> values() {
        return new TreeMap<>(values);
    }

    /**
     * The settings of a definition, parsed and validated.
     *
     * @throws ConfigurationException in one line, if a value does not fit
     */
    public AbstractConfig parse(ConfigDef definition) {
        try {
            return new AbstractConfig(definition, values, false);
        } catch (ConfigException e) {
            throw new ConfigurationException(e);
        }
    }
}
