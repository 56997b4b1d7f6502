package io.rangestream.sampler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.rangestream.sampler.topology.TaskReport;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class BatchWaitsTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(BatchWaits.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private Instant now = Instant.parse("2026-01-01T10:00:00Z");
    private final BatchWaits waits = new BatchWaits(new InstantSource() {
        @Override
        public Instant instant() {
            return now;
        }
    });

    @BeforeEach
    void capture() {
        logger.setLevel(Level.INFO);
        logger.addAppender(lines);
        lines.start();
    }

    @AfterEach
    void release() {
        logger.detachAppender(lines);
        logger.setLevel(null);
    }

    @Test
    void tooFewPeopleAreToldAtGrowingIntervals() {
        look(report(0, 100, 32, 12, 64), Duration.ofDays(1));

        assertEquals(
                "task 0_2 lets no batch leave since 2026-01-01T10:00:00Z: of its 40 identities 12 have enough faces, 64"
                        + " are needed (start.identities, batch.identities)",
                lines.list.get(0).getFormattedMessage());
        assertTrue(lines.list.size() < 10, lines.list.toString());
    }

    @Test
    void tooFewNewFacesAreToldOnce() {
        look(report(7, 12.5, 32, 70, 64), Duration.ofDays(1));

        assertEquals(1, lines.list.size(), lines.list.toString());
        assertEquals(
                "task 0_2 waits for new faces since 2026-01-01T10:00:00Z: it has earned 12.5 of 32 crops for the next batch"
                        + " (replay.ratio)",
                lines.list.get(0).getFormattedMessage());
    }

    @Test
    void aTaskThatDrawsBatchesIsNoneOfThem() {
        for (int sequence = 0; sequence < 100; sequence++) {
            look(report(sequence, 12.5, 32, 70, 64), Duration.ofSeconds(30));
        }
        look(report(100, 64, 32, 70, 64), Duration.ofHours(1));

        assertEquals(0, lines.list.size(), lines.list.toString());
    }

    private void look(TaskReport report, Duration during) {
        for (Instant end = now.plus(during); now.isBefore(end); now = now.plusSeconds(10)) {
            waits.look(Map.of("0_2", report));
        }
    }

    private static TaskReport report(long sequence, double credit, double perBatch, int drawable, int needed) {
        return new TaskReport(sequence, credit, perBatch, 40, drawable, needed, 100, 5);
    }
}
