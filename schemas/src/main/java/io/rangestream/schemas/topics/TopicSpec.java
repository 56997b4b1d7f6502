package io.rangestream.schemas.topics;

import java.util.Map;

/**
 * A topic as it is to be created.
 *
 * @param name full name, prefix included
 * @param partitions number of partitions
 * @param config topic settings that differ from the broker's
 * @param purpose what it carries, in a few words
 */
public record TopicSpec(String name, int partitions, Map<String, String> config, String purpose) {
    public TopicSpec {
        config = Map.copyOf(config);
    }
}
