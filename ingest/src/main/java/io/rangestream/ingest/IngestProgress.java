package io.rangestream.ingest;

import java.time.Duration;

/**
 * How far an ingest is.
 *
 * @param sent crops that the broker has acknowledged
 * @param rejected files that were not sent
 * @param total crops chosen, sent and rejected ones included
 * @param elapsed since the first crop
 * @param facesPerSecond sent per second since the first crop
 */
public record IngestProgress(long sent, long rejected, long total, Duration elapsed, double facesPerSecond) {

    /** Share of the chosen crops that are done with, 0 to 1. */
    public double done() {
        return total == 0 ? 1 : Math.min(1, (double) (sent + rejected) / total);
    }

    /** Time to the end at the pace so far; zero as long as there is no pace. */
    public Duration remaining() {
        double perSecond = (sent + rejected) / Math.max(1e-3, elapsed.toNanos() / 1e9);
        long left = Math.max(0, total - sent - rejected);
        return perSecond <= 0 ? Duration.ZERO : Duration.ofMillis((long) (1000 * left / perSecond));
    }
}
