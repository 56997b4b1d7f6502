package io.rangestream.app;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM as something to wait for: the signal is noted, and the JVM ends when the work has been closed, or
 * after a little less than the ten seconds that a supervisor gives. Thread-safe.
 */
public final class ShutdownSignal implements AutoCloseable {
    private static final Duration GRACE = Duration.ofMillis(9_500);

    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::signalled, "rangestream-shutdown");

    private ShutdownSignal() {}

    /** Listens from now on until {@link #close}. */
    public static ShutdownSignal listen() {
        var signal = new ShutdownSignal();
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    /**
     * Whether the JVM is ending. From then on nothing may register a hook, and libraries that try while they start throw
     * whatever they throw; what fails then is no failure to tell of.
     */
    public static boolean isJvmEnding() {
        try {
            Runtime.getRuntime().removeShutdownHook(new Thread());
            return false;
        } catch (IllegalStateException ending) {
            return true;
        }
    }

    /** Whether the process is to end. */
    public boolean isRequested() {
        return requested.getCount() == 0;
    }

    /**
     * Waits for the signal.
     *
     * @return whether it came
     */
    public boolean await(Duration timeout) throws InterruptedException {
        return requested.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Says that everything is closed and the process may end. */
    @Override
    public void close() {
        closed.countDown();
        if (!isRequested()) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException alreadyEnding) {
                requested.countDown();
            }
        }
    }

    private void signalled() {
        requested.countDown();
        try {
            if (!closed.await(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                System.err.println("rangestream: not everything could be closed in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
