package io.rangestream.learner.publish;

import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;

/** The place in the learners' group that a version is published from. It is renewed whenever somebody joins or leaves. */
public interface GroupMembership {
    /**
     * As it is now.
     *
     * @throws CommitFailedException if the batches partition is another learner's by now
     */
    ConsumerGroupMetadata current();

    /**
     * Waits until the group has renewed the membership that was asked for last, which it has refused.
     *
     * @return whether it has, and this learner still has the batches partition
     */
    boolean awaitRenewal();
}
