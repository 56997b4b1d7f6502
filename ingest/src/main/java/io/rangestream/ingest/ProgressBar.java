package io.rangestream.ingest;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * Shows progress on a console: on a terminal one line that is drawn over, elsewhere (a log, a pipe) a line every few
 * seconds.
 */
public final class ProgressBar implements ProgressListener {
    private static final int CELLS = 30;
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

    private final PrintStream out;
    private final boolean terminal;
    private Duration lastLine = Duration.ZERO;
    private boolean drawn;

    /** @param terminal whether {@code out} is one; a program knows by {@code System.console() != null} */
    public ProgressBar(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public void progressed(IngestProgress progress) {
        if (terminal) {
            // Return and "erase to the end of the line" (ECMA-48 EL), so that a shorter line leaves nothing behind.
            out.print("\r" + bar(progress.done()) + " " + line(progress) + "\u001B[K");
            out.flush();
            drawn = true;
        } else if (progress.elapsed().minus(lastLine).compareTo(BETWEEN_LINES) >= 0) {
            out.println(line(progress));
            lastLine = progress.elapsed();
        }
    }

    /** Ends the drawn line, so that what is printed next begins on its own. */
    public void end() {
        if (drawn) {
            out.println();
            drawn = false;
        }
    }

    private static String bar(double done) {
        int full = (int) (done * CELLS);
        return "[" + "=".repeat(full) + " ".repeat(CELLS - full) + "]";
    }

    private static String line(IngestProgress p) {
        var text = String.format(
                Locale.ROOT,
                "%3.0f %%  %,d of %,d faces  %,.0f/s",
                100 * p.done(),
                p.sent(),
                p.total(),
                p.facesPerSecond());
        if (p.rejected() > 0) {
            text += String.format(Locale.ROOT, "  %,d not sent", p.rejected());
        }
        Duration left = p.remaining();
        return left.toSeconds() == 0
                ? text
                : text + String.format(Locale.ROOT, "  %d:%02d left", left.toMinutes(), left.toSecondsPart());
    }
}
