package io.rangestream.ingest;

import java.util.concurrent.TimeUnit;

/** The passing of time, injected so that pacing can be tested without waiting. */
interface Time {

    /** Of this machine. */
    Time SYSTEM = new Time() {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void sleep(long nanos) throws InterruptedException {
            TimeUnit.NANOSECONDS.sleep(nanos);
        }
    };

    /** Nanoseconds since some fixed moment. */
    long nanos();

    void sleep(long nanos) throws InterruptedException;
}
