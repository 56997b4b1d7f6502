package io.rangestream.client;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** The one place where a version serves: taken out for each use, exchanged in between. Thread-safe. */
final class ServingSlot implements AutoCloseable {
    private @Nullable ServedModel model;
    private boolean closed;

    /**
     * Uses the version that serves now, which stays open until the use is over.
     *
     * @throws IllegalStateException if there is none
     */
    <T> T use(Function<ServedModel, T> use) {
        ServedModel taken = take();
        try {
            return use.apply(taken);
        } finally {
            taken.release();
        }
    }

    synchronized Optional<ModelVersion> current() {
        return Optional.ofNullable(model).map(ServedModel::version);
    }

    /**
     * Serves {@code next} from now on; what is in use finishes on the version before.
     *
     * @return false if the slot is closed, and {@code next} with it
     */
    boolean swap(ServedModel next) {
        ServedModel before;
        boolean served;
        synchronized (this) {
            served = !closed;
            before = closed ? next : model;
            model = closed ? null : next;
            notifyAll();
        }
        if (before != null) {
            before.release();
        }
        return served;
    }

    /** Waits until a version that fits is served; empty if none is in time, or the slot was closed. */
    synchronized Optional<ModelVersion> await(LongPredicate fits, Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!closed && (model == null || !fits.test(model.version().version()))) {
            long millis = (deadline - System.nanoTime() + 999_999) / 1_000_000;
            if (millis <= 0) {
                return Optional.empty();
            }
            wait(millis);
        }
        return current();
    }

    @Override
    public void close() {
        ServedModel last;
        synchronized (this) {
            last = model;
            model = null;
            closed = true;
            notifyAll();
        }
        if (last != null) {
            last.release();
        }
    }

    private synchronized ServedModel take() {
        ServedModel taken = model;
        if (taken == null) {
            throw new IllegalStateException(
                    closed ? "the follower is closed" : "no promoted version of the model has come yet");
        }
        taken.retain();
        return taken;
    }
}
