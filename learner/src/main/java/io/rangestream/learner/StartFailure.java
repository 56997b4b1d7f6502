package io.rangestream.learner;

import io.rangestream.learner.checkpoint.CheckpointException;
import io.rangestream.schemas.broker.KafkaFailure;
import io.rangestream.schemas.storage.StoreFailure;
import java.io.IOException;

/**
 * What keeps a learner from beginning: Kafka or a store that cannot be reached may pass. At its start a wrong key, folder or bucket is more
 * likely than later, so that what a store refuses is told at once.
 */
final class StartFailure {
    private StartFailure() {}

    /** Whether time may cure it. */
    static boolean mayPass(RuntimeException failure) {
        if (failure instanceof CheckpointException checkpoint) {
            return !checkpoint.isRefusal() && checkpoint.getCause() instanceof IOException e && StoreFailure.mayPass(e);
        }
        return KafkaFailure.mayPass(failure);
    }

    /** In one line. */
    static String line(RuntimeException failure) {
        return failure instanceof CheckpointException
                ? String.valueOf(failure.getMessage())
                : KafkaFailure.line(failure);
    }
}
