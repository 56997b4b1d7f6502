package io.rangestream.sampler.topology;

import io.rangestream.sampler.internal.intake.RejectedFaceException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.streams.processor.TaskId;

/**
 * Records whose processing failed for no reason that is foreseen. The failure ends the transaction, so that what the record
 * had changed is undone; when its turn comes again it is refused before anything is touched, as a dead letter. Kept for the
 * life of the process: after its end a record may fail once more. Thread-safe.
 */
final class FailedRecords {
    /** The latest of each task: those before it are committed, or it would not have been reached. */
    private final Map<TaskId, Failed> latest = new ConcurrentHashMap<>();

    private record Failed(long offset, String reason) {}

    /** What to throw for a failure at an offset. */
    ProcessingFailedException failed(TaskId task, long offset, RuntimeException cause) {
        String reason = cause.toString().lines().findFirst().orElse("");
        latest.put(task, new Failed(offset, reason));
        return new ProcessingFailedException(offset, cause);
    }

    /** @throws RejectedFaceException if the record at this offset failed before */
    void refuse(TaskId task, long offset) {
        Optional.ofNullable(latest.get(task))
                .filter(failed -> failed.offset() == offset)
                .ifPresent(failed -> {
                    throw new RejectedFaceException("processing failed: " + failed.reason());
                });
    }
}
