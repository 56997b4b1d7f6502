package io.rangestream.learner;

import io.rangestream.learner.checkpoint.CheckpointException;
import java.io.UncheckedIOException;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.errors.ApplicationRecoverableException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.TransactionAbortedException;

/**
 * Tells what passes, or passes with a new producer, from what will fail again: the errors after which Kafka Streams begins its tasks anew,
 * and stores that cannot be reached. What Kafka forbids or cannot encode does not pass.
 */
final class Recoverable {
    private Recoverable() {}

    static boolean is(Throwable failure) {
        return Stream.<Throwable>iterate(failure, e -> e != null, Throwable::getCause)
                .limit(20) // A cause may be its own.
                .anyMatch(Recoverable::passes);
    }

    private static boolean passes(Throwable failure) {
        return failure instanceof RetriableException
                || failure instanceof ApplicationRecoverableException
                || failure instanceof CommitFailedException
                || failure instanceof OutOfOrderSequenceException
                || failure instanceof TransactionAbortableException
                || failure instanceof TransactionAbortedException
                || failure instanceof UncheckedIOException
                || (failure instanceof CheckpointException checkpoint && !checkpoint.isRefusal());
    }
}
