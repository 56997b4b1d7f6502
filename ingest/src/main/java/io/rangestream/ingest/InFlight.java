package io.rangestream.ingest;

import io.rangestream.ingest.source.FaceRef;
import io.rangestream.ingest.source.Reason;
import io.rangestream.ingest.source.Rejections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * The records between the sender and the broker: bounds their bytes, and counts what arrived. Below the producer's own
 * buffer, whose overflow would block a send for a minute without a chance to stop. Thread-safe.
 */
final class InFlight {
    /** Most bytes on their way; a larger record goes alone. */
    static final int MAX_BYTES = 16 * 1024 * 1024;

    private static final long WAIT_MS = 100;

    private final Rejections rejections;
    private final Semaphore room = new Semaphore(MAX_BYTES);
    private final Map<String, Long> cropsByIdentity = new HashMap<>();
    private long crops;
    private long bytes;
    private @Nullable Exception failure;

    InFlight(Rejections rejections) {
        this.rejections = rejections;
    }

    /**
     * Takes room for a record; false if there was none for a moment, so that the caller can see whether to go on.
     *
     * @throws KafkaException what ended an earlier record
     */
    boolean admit(int recordBytes) throws InterruptedException {
        failIfFailed();
        return room.tryAcquire(Math.min(recordBytes, MAX_BYTES), WAIT_MS, TimeUnit.MILLISECONDS);
    }

    /** Whether nothing is on its way; waits for it a moment. */
    boolean settled() throws InterruptedException {
        boolean settled = room.tryAcquire(MAX_BYTES, WAIT_MS, TimeUnit.MILLISECONDS);
        if (settled) {
            room.release(MAX_BYTES);
        }
        failIfFailed();
        return settled;
    }

    /** The broker has answered, or will not. */
    void acknowledged(FaceRef face, int recordBytes, int imageBytes, @Nullable Exception e) {
        synchronized (this) {
            if (e == null) {
                crops++;
                bytes += imageBytes;
                cropsByIdentity.merge(face.identity(), 1L, Long::sum);
            } else if (e instanceof RecordTooLargeException) {
                rejections.add(Reason.REFUSED, face.name(), "%d bytes".formatted(recordBytes));
            } else if (failure == null) {
                failure = e;
            }
        }
        room.release(Math.min(recordBytes, MAX_BYTES));
    }

    synchronized long crops() {
        return crops;
    }

    /**
     * @param found files of the source
     * @param wanted of them, whether they could be sent or not
     */
    synchronized IngestSummary summary(
            boolean complete, long found, long wanted, int identitiesNotFound, List<String> notes, double seconds) {
        return new IngestSummary(
                complete,
                found,
                found - wanted,
                cropsByIdentity.size(),
                crops,
                bytes,
                Quantiles.of(cropsByIdentity.values()),
                rejections.byReason(),
                identitiesNotFound,
                notes,
                seconds);
    }

    private synchronized void failIfFailed() {
        if (failure instanceof KafkaException kafka) {
            throw kafka;
        }
        if (failure != null) {
            throw new KafkaException(failure.getMessage(), failure);
        }
    }
}
