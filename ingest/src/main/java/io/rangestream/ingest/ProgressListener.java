package io.rangestream.ingest;

/** Told how far an ingest is, several times a second and once at the end, on the thread that sends. */
@FunctionalInterface
public interface ProgressListener {
    ProgressListener NONE = progress -> {};

    void progressed(IngestProgress progress);
}
