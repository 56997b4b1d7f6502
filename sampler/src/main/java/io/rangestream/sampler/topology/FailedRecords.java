package io.rangestream.sampler.topology;

import io.rangestream.sampler.internal.intake.RejectedFaceException;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.kafka.streams.processor.TaskId;

/**
 * Records whose processing failed for no reason that is foreseen. The failure ends the transaction, so that what the record
 * had changed is undone; when its turn comes again it is refused before anything is touched, as a dead letter. Kept for the
 * life of the process: after its end a record may fail once more. Thread-safe.
 */
final class FailedRecords {
    /** More than FailurePolicy replaces threads for: several may stand between two commits, and come again together. */
    private static final int REMEMBERED = 100;

    /** Reasons by offset for each task, the oldest offset forgotten first. */
    private final Map<TaskId, NavigableMap<Long, String>> failures = new HashMap<>();

    /** What to throw for a failure at an offset. */
    synchronized ProcessingFailedException failed(TaskId task, long offset, RuntimeException cause) {
        String reason = cause.toString().lines().findFirst().orElse("");
        NavigableMap<Long, String> ofTask = failures.computeIfAbsent(task, t -> new TreeMap<>());
        ofTask.put(offset, reason);
        if (ofTask.size() > REMEMBERED) {
            ofTask.pollFirstEntry();
        }
        return new ProcessingFailedException(offset, cause);
    }

    /** @throws RejectedFaceException if the record at this offset failed before */
    synchronized void refuse(TaskId task, long offset) {
        NavigableMap<Long, String> ofTask = failures.get(task);
        String reason = ofTask == null ? null : ofTask.get(offset);
        if (reason != null) {
            throw new RejectedFaceException("processing failed: " + reason);
        }
    }
}
