package io.rangestream.ingest;

/** Time that passes by sleeping only. */
final class FakeTime implements Time {
    private long nanos = 77;
    private final long origin = nanos;

    @Override
    public long nanos() {
        return nanos - origin;
    }

    @Override
    public void sleep(long duration) {
        nanos += duration;
    }
}
