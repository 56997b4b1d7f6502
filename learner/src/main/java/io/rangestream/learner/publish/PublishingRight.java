package io.rangestream.learner.publish;

import io.rangestream.avro.ModelUpdate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to publish a model's versions: a producer under the model's transactional id, which fences whoever had the right before. A
 * producer that has failed is replaced, once the group has confirmed that this learner has the batches partition; what the topic says then
 * decides whether the last transaction was committed. Not thread-safe.
 */
public final class PublishingRight implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PublishingRight.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final Supplier<Producer<String, byte @Nullable []>> producers;
    private final Supplier<VersionHistory> topic;
    private final GroupMembership group;
    private final Holder holder;
    private Producer<String, byte @Nullable []> producer;
    private boolean failed;

    /** Who has the batches partition. */
    @FunctionalInterface
    public interface Holder {
        /**
         * Asks the broker.
         *
         * @throws CommitFailedException unless the group has given the partition to this member, and is not about to give it anew
         * @throws KafkaException if the broker does not say
         */
        void require(ConsumerGroupMetadata member);
    }

    /**
     * Takes the right.
     *
     * @param producers new ones, transactional, under one transactional id
     * @param topic reads the versions that are committed
     * @throws CommitFailedException if the batches partition is another learner's by now; then nobody was fenced
     */
    public PublishingRight(
            Supplier<Producer<String, byte @Nullable []>> producers,
            Supplier<VersionHistory> topic,
            GroupMembership group,
            Holder holder) {
        this.producers = producers;
        this.topic = topic;
        this.group = group;
        this.holder = holder;
        this.producer = producers.get();
        try {
            group.current(); // Or it is another learner that would be fenced.
            producer.initTransactions(); // From here on no other learner of this model can publish.
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** What publishes now. */
    public Producer<String, byte @Nullable []> producer() {
        return producer;
    }

    /**
     * Publishes a version. After a failure it can be called again with the same version: it takes a new producer, and publishes what was
     * not committed.
     *
     * @param publisher publishes with this right's producer
     * @param known the versions before this one; has it afterwards
     * @param letters of faces that were left out of training
     * @return the event as published
     * @throws CommitFailedException if another learner has the partition
     * @throws OvertakenException if somebody else has published meanwhile
     * @throws KafkaException as {@link ModelPublisher#publish}
     */
    public ModelUpdate publish(
            ModelPublisher publisher,
            VersionHistory known,
            ModelUpdate draft,
            byte[] artifact,
            Succession others,
            List<ProducerRecord<String, @Nullable SpecificRecord>> letters,
            Map<TopicPartition, OffsetAndMetadata> offsets) {
        if (failed) {
            Optional<ModelUpdate> committed = renew(publisher, known, draft);
            if (committed.isPresent()) {
                log.info("version {} was committed, though the answer was lost", draft.getVersion());
                failed = false;
                return committed.get();
            }
        }
        failed = true;
        ModelUpdate published = publisher.publish(draft, artifact, others, letters, offsets, group);
        failed = false;
        return published;
    }

    @Override
    public void close() {
        producer.close(CLOSE_TIMEOUT);
    }

    /** Replaces the producer; returns the version if it was committed after all. */
    private Optional<ModelUpdate> renew(ModelPublisher publisher, VersionHistory known, ModelUpdate draft) {
        holder.require(group.current());
        producer.close(Duration.ZERO);
        producer = producers.get();
        producer.initTransactions(); // Settles a transaction whose end nobody knows.
        VersionHistory now = topic.get();
        publisher.goOnWith(producer, now);
        Optional<ModelUpdate> last = now.last();
        if (last.isPresent() && isSame(last.get(), draft)) {
            now.all().forEach(known::add);
            return last;
        }
        if (!states(now).equals(states(known))) {
            throw new OvertakenException("another learner, or a command, has published since");
        }
        return Optional.empty();
    }

    /** No two learners make a version in the same millisecond from the same state. */
    private static boolean isSame(ModelUpdate committed, ModelUpdate draft) {
        return committed.getVersion() == draft.getVersion()
                && committed.getCreatedAt().equals(draft.getCreatedAt())
                && committed
                        .getTraining()
                        .getCheckpointSha256()
                        .equals(draft.getTraining().getCheckpointSha256());
    }

    private static List<List<Object>> states(VersionHistory history) {
        return history.all().stream()
                .map(update -> List.<Object>of(
                        update.getVersion(),
                        update.getCreatedAt(),
                        update.getStatus(),
                        update.getOrderId(),
                        update.getArtifact().getPruned()))
                .toList();
    }
}
