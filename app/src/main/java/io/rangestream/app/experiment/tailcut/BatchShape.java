package io.rangestream.app.experiment.tailcut;

import io.rangestream.schemas.config.ConfigurationException;

/**
 * The size of a batch.
 *
 * @param people P, at least 2
 * @param cropsEach K, at least 2: one crop has no distance
 */
public record BatchShape(int people, int cropsEach) {
    public BatchShape {
        if (people < 2 || cropsEach < 2) {
            throw new ConfigurationException(
                    "a batch has at least 2 people with 2 crops each, not %d with %d".formatted(people, cropsEach));
        }
    }

    int crops() {
        return people * cropsEach;
    }
}
