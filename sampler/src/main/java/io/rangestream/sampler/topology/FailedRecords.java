package io.rangestream.sampler.topology;

import io.rangestream.sampler.internal.intake.RejectedFaceException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.kafka.streams.processor.TaskId;
import org.jspecify.annotations.Nullable;

/**
 * Records whose processing failed for no reason that is foreseen. The failure ends the transaction, so that what the record
 * had changed is undone, which costs a restore; when its turn comes again it is refused before anything is touched, as a
 * dead letter. So is every further face of a key that failed {@value #FAILURES_OF_A_KEY} times: what is stored of that
 * identity is damaged, and each face would cost a restore. Orders of
 * that key, to forget or to take back, are tried all the same: they may be what is left to do. Kept for the life of the process: after its end a record may
 * fail once more. Thread-safe.
 */
final class FailedRecords {
    /** Several may stand between two commits, and come again together. */
    private static final int REMEMBERED = 1000;

    private static final int FAILURES_OF_A_KEY = 3;

    private final Map<TaskId, OfTask> tasks = new HashMap<>();

    private static final class OfTask {
        /** Reasons by offset, the oldest offset forgotten first. */
        private final NavigableMap<Long, String> reasons = new TreeMap<>();

        private final Map<ByteBuffer, Integer> failuresByKey = new HashMap<>();
    }

    /** What to throw for a failure at an offset. */
    synchronized ProcessingFailedException failed(TaskId task, long offset, byte[] key, RuntimeException cause) {
        String reason = cause.toString().lines().findFirst().orElse("");
        OfTask ofTask = tasks.computeIfAbsent(task, t -> new OfTask());
        ofTask.reasons.put(offset, reason);
        if (ofTask.reasons.size() > REMEMBERED) {
            ofTask.reasons.pollFirstEntry();
        }
        if (ofTask.failuresByKey.size() >= REMEMBERED) {
            ofTask.failuresByKey.clear();
        }
        ofTask.failuresByKey.merge(ByteBuffer.wrap(key), 1, Integer::sum);
        return new ProcessingFailedException(offset, cause);
    }

    /** @throws RejectedFaceException if the record at this offset failed before */
    synchronized void refuse(TaskId task, long offset) {
        OfTask ofTask = tasks.get(task);
        String reason = ofTask == null ? null : ofTask.reasons.get(offset);
        if (reason != null) {
            throw new RejectedFaceException("processing failed: " + reason);
        }
    }

    /** @throws RejectedFaceException if too many records of this key failed */
    synchronized void refuseOfKey(TaskId task, byte @Nullable [] key) {
        OfTask ofTask = tasks.get(task);
        if (ofTask != null
                && key != null
                && ofTask.failuresByKey.getOrDefault(ByteBuffer.wrap(key), 0) >= FAILURES_OF_A_KEY) {
            throw new RejectedFaceException(
                    "processing of %d records of this key failed; it is tried again after a restart of the sampler"
                            .formatted(FAILURES_OF_A_KEY));
        }
    }
}
