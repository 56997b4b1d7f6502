package io.rangestream.schemas.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class OutageTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger("outages of a test");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private Instant now = Instant.parse("2026-01-01T10:00:00Z");
    private final Outage outages = new Outage(logger, "cannot reach it", "it answers again", new InstantSource() {
        @Override
        public Instant instant() {
            return now;
        }
    });

    @BeforeEach
    void capture() {
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
        logger.addAppender(lines);
        lines.start();
    }

    @Test
    void anOutageIsToldAtItsBeginningNowAndThenAndAtItsEnd() {
        int tries = 0;
        for (Instant end = now.plus(Duration.ofHours(1)); now.isBefore(end); tries++) {
            now = now.plus(outages.failed("refused"));
        }
        outages.succeeded();
        outages.succeeded();

        List<String> told =
                lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
        assertEquals("cannot reach it since 2026-01-01T10:00:00Z: refused; next try in 1 s", told.get(0));
        assertTrue(told.get(told.size() - 1).startsWith("it answers again after 36"), told.toString());
        assertTrue(tries > 200 && told.size() < 15, tries + " tries, " + told);
    }

    @Test
    void theNextOutageBeginsAnew() {
        now = now.plus(outages.failed("refused"));
        outages.failed("refused");
        outages.succeeded();
        assertEquals(Optional.empty(), outages.current());
        assertEquals(Duration.ZERO, outages.lasted());

        now = now.plus(Duration.ofDays(1));
        assertEquals(Duration.ofSeconds(1), outages.failed("slow"));
        assertEquals(Optional.of("cannot reach it since 2026-01-02T10:00:01Z: slow"), outages.current());
        assertEquals(3, lines.list.size(), lines.list.toString());
    }
}
