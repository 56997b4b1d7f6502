package io.rangestream.app.experiment;

import io.rangestream.schemas.config.ConfigurationException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A setting in which two runs differ; one that a run does not name has its default.
 *
 * @param first its value in the one
 * @param second its value in the other
 */
public record DifferentSetting(String key, String first, String second) {
    private static final String DEFAULT = "(default)";

    /** The first in the order of the keys; empty if the settings are equal. */
    public static Optional<DifferentSetting> between(Map<String, String> one, Map<String, String> other) {
        var keys = new TreeSet<>(one.keySet());
        keys.addAll(other.keySet());
        return keys.stream()
                .map(key -> new DifferentSetting(key, one.getOrDefault(key, DEFAULT), other.getOrDefault(key, DEFAULT)))
                .filter(setting -> !setting.first.equals(setting.second))
                .findFirst();
    }

    /**
     * What runs have in common.
     *
     * @param runs at least one
     * @param apart the settings that may differ, which are left out
     * @throws ConfigurationException in one line, if others differ: a mean over such runs would mean nothing
     */
    public static Map<String, String> shared(List<Run> runs, Set<String> apart) {
        Run first = runs.get(0);
        Map<String, String> shared = without(apart, first);
        for (Run run : runs) {
            between(shared, without(apart, run)).ifPresent(setting -> {
                throw new ConfigurationException("%s and %s cannot be compared: %s is %s and %s"
                        .formatted(first.name(), run.name(), setting.key, setting.first, setting.second));
            });
        }
        return shared;
    }

    private static Map<String, String> without(Set<String> apart, Run run) {
        var settings = new TreeMap<>(run.settings());
        settings.keySet().removeAll(apart);
        return settings;
    }
}
