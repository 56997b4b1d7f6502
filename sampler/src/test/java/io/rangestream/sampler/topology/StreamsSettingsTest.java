package io.rangestream.sampler.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;

class StreamsSettingsTest {
    @Test
    void storesThatWereLeftAloneForLongerThanTombstonesStayAreNotContinued() {
        StreamsConfig config = settings(Map.of());

        long oldest = config.getLong(StreamsConfig.STATE_CLEANUP_DIR_MAX_AGE_MS_CONFIG);
        assertTrue(oldest > 0, "switched on");
        assertTrue(oldest < SamplerTopology.TOMBSTONES_STAY.toMillis());
    }

    @Test
    void theOperatorMayTuneStreamsButNotTurnOffWhatCorrectnessDependsOn() {
        StreamsConfig config = settings(Map.of(
                "kafka.commit.interval.ms", "100",
                "kafka.processing.guarantee", "at_least_once",
                "kafka.state.cleanup.dir.max.age.ms", "-1"));

        assertEquals(100, config.getLong(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG));
        assertEquals(StreamsConfig.EXACTLY_ONCE_V2, config.getString(StreamsConfig.PROCESSING_GUARANTEE_CONFIG));
        assertTrue(config.getLong(StreamsConfig.STATE_CLEANUP_DIR_MAX_AGE_MS_CONFIG) > 0);
    }

    private static StreamsConfig settings(Map<String, String> changes) {
        var common = CommonConfig.from(Settings.of(changes));
        try (var memory = new RocksMemory(8L << 20)) {
            return new StreamsConfig(StreamsSettings.of(common, Faces.config(), 1_000_000, memory));
        }
    }
}
