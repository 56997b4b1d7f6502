package io.rangestream.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void aTerminalShowsOneLineThatIsDrawnOver() {
        var bar = new ProgressBar(out, true);

        bar.progressed(new IngestProgress(450, 50, 1_000, Duration.ofSeconds(5), 90));
        bar.end();

        assertEquals(
                "\r[===============               ]  50 %  450 of 1,000 faces  90/s  50 not sent  0:05 left\u001B[K\n",
                text());
    }

    @Test
    void elsewhereThereIsALineEveryFiveSeconds() {
        var bar = new ProgressBar(out, false);
        for (int tenths = 0; tenths <= 120; tenths += 2) {
            bar.progressed(new IngestProgress(tenths, 0, 120, Duration.ofMillis(tenths * 100L), 10));
        }
        bar.end();

        assertEquals(" 42 %  50 of 120 faces  10/s  0:07 left\n 83 %  100 of 120 faces  10/s  0:02 left\n", text());
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}
