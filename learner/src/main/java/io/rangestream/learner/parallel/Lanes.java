package io.rangestream.learner.parallel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Runs independent numbered parts of a loop on a fixed number of threads, the caller's among them.
 *
 * <p>Which thread runs a part is left open; callers get the same bits with any number of threads as long as parts write to disjoint
 * places and partial sums are combined in the order of the parts.
 */
public final class Lanes implements AutoCloseable {

    private final int threads;
    private final ExecutorService helpers;

    /** @param threads how many threads work on a loop, the caller's included */
    public Lanes(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1: " + threads);
        }
        this.threads = threads;
        this.helpers = Executors.newFixedThreadPool(Math.max(1, threads - 1), task -> {
            var thread = new Thread(task, "lane");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Runs parts {@code 0 … parts − 1} and returns when all are done.
     *
     * @throws IllegalStateException when a part threw; its exception is the cause
     */
    public void run(int parts, IntConsumer part) {
        var next = new AtomicInteger();
        Runnable work = () -> {
            for (int i = next.getAndIncrement(); i < parts; i = next.getAndIncrement()) {
                part.accept(i);
            }
        };
        int helping = Math.min(threads, parts) - 1;
        List<Future<?>> started = new ArrayList<>(Math.max(0, helping));
        for (int i = 0; i < helping; i++) {
            started.add(helpers.submit(work));
        }
        try {
            work.run();
        } finally {
            for (Future<?> future : started) {
                await(future);
            }
        }
    }

    /** Ends the threads. */
    @Override
    public void close() {
        helpers.shutdownNow();
    }

    private static void await(Future<?> future) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    future.get();
                    return;
                } catch (InterruptedException e) {
                    // The part is writing into the caller's arrays: they must not be used before it is done.
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw new IllegalStateException("a parallel part failed", e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
