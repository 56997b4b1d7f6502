package io.rangestream.app.experiment.continual;

import io.rangestream.schemas.config.ConfigurationException;
import java.util.Arrays;
import java.util.Locale;

/** In which order the faces of a stream arrive. */
public enum StreamOrder {
    /** All faces shuffled. */
    SHUFFLED,
    /** One person after the other: the worst case for a learner that forgets. */
    BY_IDENTITY,
    /** Waves of new people, shuffled within (class-incremental). */
    WAVES,
    /** One person after the other, those with the most faces first. */
    HEAD_FIRST,
    /** Shuffled; from half-way on the faces are taken by a worse camera in worse light, see {@link Drift}. */
    DRIFT,
    /** No order: what an upper bound, which knows everything from the start, is trained on. */
    ANY;

    /** The name on the command line. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The order that an arm sees when a stream has this one: to know everything from the start leaves none but the drift. */
    StreamOrder seenBy(Arm arm) {
        return arm == Arm.OFFLINE && this != DRIFT ? ANY : this;
    }

    /** @throws ConfigurationException in one line, if there is no such order */
    public static StreamOrder of(String key) {
        return Arrays.stream(values())
                .filter(order -> order.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new ConfigurationException(
                        "there is no order '%s', only shuffled, by-identity, waves, head-first and drift"
                                .formatted(key)));
    }
}
