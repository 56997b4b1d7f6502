package io.rangestream.learner.publish;

import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;

/** A membership of a group in which nothing happens. */
class FixedMembership implements GroupMembership {
    @Override
    public ConsumerGroupMetadata current() {
        return new ConsumerGroupMetadata("learners");
    }

    @Override
    public boolean awaitRenewal() {
        return false;
    }
}
