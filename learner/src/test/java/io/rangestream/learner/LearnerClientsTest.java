package io.rangestream.learner;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.learner.batch.LeftOutFace;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.publish.DeadLetters;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TrustedRecords.class)
class LearnerClientsTest {
    private static final CommonConfig COMMON = CommonConfig.from(Settings.of(Map.of("topic.prefix", "t.")));

    @Test
    void whereLettersGoAndTheirSchemaAreThereBeforeTheFirst() {
        var letter = DeadLetters.of(new LeftOutFace("ann", "1", 3, "it ends early", 7), COMMON.topics());

        assertTrue(LearnerClients.topics(COMMON, LearnerConfig.from(Settings.of(Map.of())))
                .contains(letter.topic()));
        assertTrue(LearnerClients.schemasWritten()
                .contains(Objects.requireNonNull(letter.value()).getSchema()));
    }
}
