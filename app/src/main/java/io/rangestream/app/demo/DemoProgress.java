package io.rangestream.app.demo;

import io.rangestream.ingest.IngestProgress;
import io.rangestream.ingest.ProgressListener;
import io.rangestream.learner.LearnerStatus;
import io.rangestream.sampler.SamplerStatus;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** One line about all roles: drawn over on a terminal, a line every few seconds elsewhere. */
final class DemoProgress implements ProgressListener {
    private static final long LINE_NANOS = Duration.ofSeconds(10).toNanos();

    private final PrintStream out;
    private final boolean terminal;
    private final int plannedCrops;
    private final long startedNanos = System.nanoTime();
    private volatile IngestProgress ingest = new IngestProgress(0, 0, 0, Duration.ZERO, 0);
    private long lastLine = startedNanos;
    private boolean drawn;

    DemoProgress(PrintStream out, boolean terminal, int plannedCrops) {
        this.out = out;
        this.terminal = terminal;
        this.plannedCrops = plannedCrops;
    }

    /** Says what is done now. */
    void step(String what) {
        endLine();
        out.printf(Locale.ROOT, "%5.1f s  %s%n", (System.nanoTime() - startedNanos) / 1e9, what);
    }

    @Override
    public void progressed(IngestProgress progress) {
        ingest = progress;
    }

    void show(SamplerStatus sampler, LearnerStatus learner) {
        long now = System.nanoTime();
        if (terminal) {
            out.print("\r" + line(sampler, learner) + "\u001B[K");
            out.flush();
            drawn = true;
        } else if (now - lastLine >= LINE_NANOS) {
            step(line(sampler, learner));
            lastLine = now;
        }
    }

    void endLine() {
        if (drawn) {
            out.println();
            drawn = false;
        }
    }

    private String line(SamplerStatus sampler, LearnerStatus learner) {
        int percent = (int) Math.min(100, 100 * learner.crops() / Math.max(1, plannedCrops));
        double rate = learner.cropsPerSecond();
        long left = rate > 0 ? (long) (Math.max(0, plannedCrops - learner.crops()) / rate) : 0;
        return String.format(
                Locale.ROOT,
                "%3d %%  sent %,d/%,d  batches %,d  crops %,d/%,d  %.0f/s  loss %.2f  version %d  %d:%02d left",
                percent,
                ingest.sent(),
                ingest.total(),
                sampler.batches(),
                learner.crops(),
                plannedCrops,
                rate,
                learner.losses().total(),
                learner.version(),
                left / 60,
                left % 60);
    }
}
