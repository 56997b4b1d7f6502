package io.rangestream.sampler.config;

import io.rangestream.schemas.config.ConfigurationException;
import java.util.Arrays;
import java.util.Locale;
import org.apache.kafka.common.config.AbstractConfig;

/**
 * How the sampler keeps step with the learner.
 *
 * @param mode what gives way when the learner is too far behind
 * @param maxBatchesAhead batches that the tasks of all samplers together may be ahead of the learner
 * @param idleReplay crops per new training face that may be drawn in addition while there is nothing else to do
 */
public record Pacing(Mode mode, int maxBatchesAhead, double idleReplay) {

    /** What gives way when the learner is too far behind. */
    public enum Mode {
        /** The faces wait in their topic; every one earns its crops. */
        LOSSLESS,
        /** The faces are taken in and the batches wait; credit beyond a bound is forfeited. */
        FRESH;

        /** Name in the configuration. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        static String[] keys() {
            return Arrays.stream(values()).map(Mode::key).toArray(String[]::new);
        }
    }

    public Pacing {
        if (maxBatchesAhead < 1) {
            throw new ConfigurationException(
                    "%s %d is less than 1".formatted(SamplerConfig.MAX_BATCHES_AHEAD, maxBatchesAhead));
        }
        if (!(idleReplay >= 0 && idleReplay <= SamplerConfig.MAX_REPLAY)) {
            throw new ConfigurationException("%s %s is not between 0 and %s"
                    .formatted(SamplerConfig.IDLE_REPLAY, idleReplay, SamplerConfig.MAX_REPLAY));
        }
    }

    static Pacing from(AbstractConfig config) {
        return new Pacing(
                Mode.valueOf(config.getString(SamplerConfig.PACE).toUpperCase(Locale.ROOT)),
                config.getInt(SamplerConfig.MAX_BATCHES_AHEAD),
                config.getDouble(SamplerConfig.IDLE_REPLAY));
    }

    /** Batches that one task may be ahead of the learner: an equal share for each faces partition, at least 1. */
    public long batchesAheadPerTask(int facePartitions) {
        return Math.max(1, maxBatchesAhead / facePartitions);
    }
}
