package io.rangestream.learner;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;

/** Records of the log on their way from the thread that polls to the one that trains. Thread-safe. */
final class Handover {
    private final int capacity;
    private final Deque<ConsumerRecord<String, byte[]>> records = new ArrayDeque<>();
    private boolean open;
    private boolean closed;

    /** @param capacity records for which there is room; a poll that was begun may bring more */
    Handover(int capacity) {
        this.capacity = capacity;
    }

    /** The one that trains takes records from now on. */
    synchronized void open() {
        open = true;
        notifyAll();
    }

    /** It takes no more, and nobody waits any longer. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    synchronized boolean hasRoom() {
        return open && !closed && records.size() < capacity;
    }

    /** Waits for room, or until it is closed. */
    synchronized void awaitRoom(Duration atMost) {
        await(atMost, () -> hasRoom() || closed);
    }

    synchronized void give(ConsumerRecord<String, byte[]> record) {
        records.add(record);
        notifyAll();
    }

    /**
     * The next records, oldest first; none if none came in time or it is closed.
     *
     * @param count how many at most
     * @param patience how long to wait for the first
     */
    synchronized List<ConsumerRecord<String, byte[]>> take(int count, Duration patience) {
        await(patience, () -> !records.isEmpty() || closed);
        var taken = new ArrayList<ConsumerRecord<String, byte[]>>(count);
        while (!closed && taken.size() < count && !records.isEmpty()) {
            taken.add(records.remove());
        }
        notifyAll();
        return taken;
    }

    /** Waits, or until it is closed. */
    synchronized void pause(Duration atMost) {
        await(atMost, () -> closed);
    }

    synchronized int size() {
        return records.size();
    }

    private void await(Duration atMost, BooleanSupplier condition) {
        long deadline = System.nanoTime() + atMost.toNanos();
        try {
            while (!condition.getAsBoolean()) {
                long millis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
                if (millis <= 0) {
                    return;
                }
                wait(millis);
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
