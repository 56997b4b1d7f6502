package io.rangestream.schemas.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

class OutageLogTest {
    private final List<String> lines = new ArrayList<>();
    private Instant now = Instant.parse("2026-03-04T05:06:07Z");
    private final OutageLog outage = new OutageLog(logger(), () -> now);

    @Test
    void anHourOfFailuresEverySecondIsALineNowAndThenAndOneWhenItIsOver() {
        for (int second = 0; second < 3600; second++) {
            outage.failed("no answer");
            now = now.plusSeconds(1);
        }
        outage.succeeded("progress is reported");
        outage.succeeded("progress is reported");

        assertEquals(1 + 11 + 1, lines.size());
        assertEquals("WARN no answer", lines.get(0));
        assertEquals("WARN no answer; failing since 2026-03-04T05:06:07Z", lines.get(1));
        assertEquals("INFO progress is reported again; failed since 2026-03-04T05:06:07Z", lines.get(12));
    }

    @Test
    void anotherOutageIsToldAgain() {
        outage.failed("no answer");
        outage.succeeded("it works");
        now = now.plus(Duration.ofSeconds(1));
        outage.failed("no answer");

        assertEquals(3, lines.size());
    }

    private Logger logger() {
        return new LegacyAbstractLogger() {
            private static final long serialVersionUID = 1L;

            @Override
            protected String getFullyQualifiedCallerName() {
                return "";
            }

            @Override
            protected void handleNormalizedLoggingCall(
                    Level level, org.slf4j.Marker marker, String message, Object[] arguments, Throwable thrown) {
                lines.add(level + " " + MessageFormatter.basicArrayFormat(message, arguments));
            }

            @Override
            public boolean isTraceEnabled() {
                return false;
            }

            @Override
            public boolean isDebugEnabled() {
                return false;
            }

            @Override
            public boolean isInfoEnabled() {
                return true;
            }

            @Override
            public boolean isWarnEnabled() {
                return true;
            }

            @Override
            public boolean isErrorEnabled() {
                return true;
            }
        };
    }
}
