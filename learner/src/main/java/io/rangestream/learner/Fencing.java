package io.rangestream.learner;

import io.rangestream.learner.publish.OvertakenException;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;

/** Tells whether a transaction failed because another learner has taken over. */
final class Fencing {
    private Fencing() {}

    /**
     * Whether a failure says that the producer's transactional id or the consumer's place in the group is another learner's by
     * now, or that somebody has published since. Depending on what the broker noticed first, that is the failure itself, its cause, or what aborting met.
     */
    static boolean isBehind(Throwable failure) {
        return isBehind(failure, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static boolean isBehind(@Nullable Throwable failure, Set<Throwable> seen) {
        if (failure == null || !seen.add(failure)) {
            return false;
        }
        return failure instanceof ProducerFencedException
                || failure instanceof InvalidProducerEpochException
                || failure instanceof CommitFailedException
                || failure instanceof OvertakenException
                || Stream.concat(Stream.ofNullable(failure.getCause()), Arrays.stream(failure.getSuppressed()))
                        .anyMatch(further -> isBehind(further, seen));
    }
}
