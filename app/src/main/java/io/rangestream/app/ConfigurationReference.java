package io.rangestream.app;

import io.rangestream.app.health.HealthConfig;
import io.rangestream.client.ClientConfig;
import io.rangestream.ingest.IngestConfig;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.ConfigurationException;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.storage.StorageConfig;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;

/** All settings of all roles: which there are, and the page that documents them. */
public final class ConfigurationReference {
    /** What the launcher and the logging read. */
    private static final Set<String> OTHER_VARIABLES = Set.of(
            "RANGESTREAM_HEAP",
            "RANGESTREAM_JAVA_OPTS",
            "RANGESTREAM_MAX_MEMORY",
            "RANGESTREAM_MAVEN_ARGS",
            "RANGESTREAM_LOG_LEVEL",
            "RANGESTREAM_LOG_LEVEL_ROOT");

    private ConfigurationReference() {}

    /** The definitions by the role that reads them. */
    public static Map<String, ConfigDef> roles() {
        var roles = new LinkedHashMap<String, ConfigDef>();
        roles.put("Every role", CommonConfig.definition());
        roles.put("Ingest", IngestConfig.definition());
        roles.put("Sampler", SamplerConfig.definition());
        roles.put("Learner", LearnerConfig.definition());
        roles.put("Client", ClientConfig.definition());
        roles.put("Object storage", StorageConfig.definition());
        roles.put("Health endpoints of sampler and learner", HealthConfig.definition());
        return roles;
    }

    /**
     * Refuses settings that nothing reads, which are most often misspelt.
     *
     * @throws ConfigurationException in one line, with the most similar known key
     */
    public static void requireKnown(Settings settings) {
        Set<String> known = known();
        for (String key : settings.values().keySet()) {
            if (!known.contains(key) && !key.startsWith(Settings.KAFKA_PREFIX)) {
                throw new ConfigurationException(
                        "unknown setting '%s'; the most similar is '%s'".formatted(key, mostSimilar(key, known)));
            }
        }
    }

    /**
     * Variables of the environment that look like settings and that nothing reads, a line each with the most similar known one. They are
     * no reason to refuse: Kubernetes sets such variables for every service whose name begins with ours.
     */
    public static List<String> unknownVariables(Map<String, String> environment) {
        Set<String> known = known().stream().map(Settings::variable).collect(Collectors.toCollection(TreeSet::new));
        known.addAll(OTHER_VARIABLES);
        String kafka = Settings.variable(Settings.KAFKA_PREFIX);
        return environment.keySet().stream()
                .filter(name -> name.startsWith(Settings.ENVIRONMENT_PREFIX))
                .filter(name -> !known.contains(name) && !name.startsWith(kafka))
                .sorted()
                .map(name -> "nothing reads the environment variable %s; the most similar is %s"
                        .formatted(name, mostSimilar(name, known)))
                .toList();
    }

    private static Set<String> known() {
        Set<String> known = new TreeSet<>();
        roles().values().forEach(definition -> known.addAll(definition.names()));
        return known;
    }

    /** The reference page in Markdown. */
    public static String page() {
        var page = new StringBuilder();
        page.append("# Configuration\n\n");
        page.append("Generated from the definitions in the code. ");
        page.append("A setting is looked for in this order: flag (`-D key=value`), environment (`replay.ratio` is ");
        page.append("`RANGESTREAM_REPLAY_RATIO`), file (`--config FILE`, a properties file), default. ");
        page.append("A key that begins with `kafka.` goes to every Kafka client without that prefix, ");
        page.append("for instance `kafka.security.protocol`.\n");
        roles().forEach((role, definition) -> {
            page.append("\n## ").append(role).append("\n\n");
            page.append("| key | type | default | values | what it does |\n|---|---|---|---|---|\n");
            new TreeMap<>(definition.configKeys()).values().forEach(key -> page.append(row(key)));
        });
        return page.toString();
    }

    private static String row(ConfigKey key) {
        String values = key.validator == null ? "" : key.validator.toString();
        return "| `%s` | %s | %s | %s | %s |%n"
                .formatted(
                        key.name,
                        key.type().name().toLowerCase(Locale.ROOT),
                        defaultOf(key),
                        values.replace("|", "\\|"),
                        key.documentation.replace("|", "\\|"))
                .replace("\r", "");
    }

    private static String defaultOf(ConfigKey key) {
        Object value = key.defaultValue;
        if (value == null || value.toString().isEmpty()) {
            return "(empty)";
        }
        return "`" + value + "`";
    }

    private static String mostSimilar(String key, Set<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(key, candidate)))
                .orElse("");
    }

    /** Levenshtein distance. */
    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            var current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
