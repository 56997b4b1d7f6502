package io.rangestream.ingest;

/**
 * Lets one face through every 1/rate seconds. Time lost to a slow broker is caught up for a tenth of a second only:
 * otherwise a stall would be followed by a burst at full speed. Not thread-safe.
 */
final class Pacer {
    private static final double MAX_CATCH_UP_NANOS = 100e6;

    private final double nanosPerFace;
    private final Time time;
    private final long start;
    private double due;

    /** @param rate faces per second; 0 for no pacing */
    Pacer(double rate, Time time) {
        this.nanosPerFace = rate > 0 ? 1e9 / rate : 0;
        this.time = time;
        this.start = time.nanos();
    }

    /** Waits until the next face may go. */
    void await() throws InterruptedException {
        if (nanosPerFace == 0) {
            return;
        }
        double now = time.nanos() - start;
        due = Math.max(due, now - MAX_CATCH_UP_NANOS);
        while (now < due) {
            time.sleep((long) Math.ceil(due - now));
            now = time.nanos() - start;
        }
        due += nanosPerFace;
    }
}
