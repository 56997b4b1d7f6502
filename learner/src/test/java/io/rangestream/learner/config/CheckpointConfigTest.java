package io.rangestream.learner.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.rangestream.schemas.config.Settings;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CheckpointConfigTest {
    private final CheckpointConfig three = LearnerConfig.from(Settings.of(Map.of(CheckpointConfig.RETAIN, "3")))
            .checkpoints();

    @Test
    void theOldestIsOneOfTheNewestOrOneThatIsKeptBesides() {
        assertEquals(1, three.oldest(2, Set.of()));
        assertEquals(8, three.oldest(10, Set.of()));
        assertEquals(8, three.oldest(10, Set.of(9L)));
        assertEquals(4, three.oldest(10, Set.of(9L, 4L, 6L)));
    }
}
