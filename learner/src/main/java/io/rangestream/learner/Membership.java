package io.rangestream.learner;

import io.rangestream.learner.publish.GroupMembership;
import java.time.Duration;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.common.errors.InterruptException;

/** The learner's place in its group while it has the batches partition: told by the polling thread, asked by the one that publishes. */
final class Membership implements GroupMembership {
    /** Well below the session timeout, after which the group gives the partition to another. */
    private static final Duration FRESH = Duration.ofSeconds(5);

    private final Duration patience;
    private ConsumerGroupMetadata current;
    private ConsumerGroupMetadata asked;
    private long renewed = System.nanoTime();
    private boolean lost;
    private boolean last;

    /** @param patience how long the group may take to renew a membership */
    Membership(ConsumerGroupMetadata current, Duration patience) {
        this.current = current;
        this.asked = current;
        this.patience = patience;
    }

    synchronized void renew(ConsumerGroupMetadata metadata) {
        current = metadata;
        renewed = System.nanoTime();
        notifyAll();
    }

    /** The partition is another learner's. */
    synchronized void lose() {
        lost = true;
        notifyAll();
    }

    /** Nobody will renew it any more. */
    synchronized void end() {
        last = true;
        notifyAll();
    }

    /** Whether it was renewed lately, so that no other learner can have the partition by now: this one has not stood still. */
    synchronized boolean isFresh() {
        return !lost && System.nanoTime() - renewed < FRESH.toNanos();
    }

    /**
     * Waits.
     *
     * @return false, at once, when the partition is lost or nobody will renew the membership any more
     */
    synchronized boolean pause(Duration time) {
        long deadline = System.nanoTime() + time.toNanos();
        try {
            for (long left = time.toNanos(); !lost && !last && left > 0; left = deadline - System.nanoTime()) {
                wait(Math.max(1, Duration.ofNanos(left).toMillis()));
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
        return !lost && !last;
    }

    @Override
    public synchronized ConsumerGroupMetadata current() {
        if (lost) {
            throw new CommitFailedException("the batches partition is another learner's by now");
        }
        asked = current;
        return current;
    }

    @Override
    public synchronized boolean awaitRenewal() {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!lost && isAsAsked()) {
            long millis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            if (last || millis <= 0) {
                return false;
            }
            try {
                wait(millis);
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
        }
        return !lost;
    }

    private boolean isAsAsked() {
        return current.generationId() == asked.generationId()
                && current.memberId().equals(asked.memberId());
    }
}
