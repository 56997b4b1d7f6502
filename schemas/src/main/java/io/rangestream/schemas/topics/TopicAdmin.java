package io.rangestream.schemas.topics;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Creates and describes the topics of a catalogue. */
public final class TopicAdmin implements AutoCloseable {
    private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(20);

    private final Admin admin;

    /** @param clientConfig connection settings of a Kafka client */
    public TopicAdmin(Map<String, Object> clientConfig) {
        this.admin = Admin.create(clientConfig);
    }

    /**
     * What there is of a topic.
     *
     * @param spec the topic as the catalogue wants it
     * @param created whether this call made it
     * @param partitions partitions it has; 0 if it does not exist
     * @param replicationFactor replicas of its first partition; 0 if it does not exist
     * @param differences settings that are not as the catalogue wants them, one text each
     */
    public record TopicState(
            TopicSpec spec, boolean created, int partitions, int replicationFactor, List<String> differences) {
        public boolean exists() {
            return partitions > 0;
        }
    }

    /**
     * Creates what is missing and leaves what exists as it is: the number of partitions of {@code faces} is fixed for
     * life, and settings changed by an operator are theirs.
     *
     * @param replicationFactor replicas of each partition; -1 for the broker's default
     */
    public List<TopicState> create(TopicCatalogue catalogue, short replicationFactor) {
        List<String> created = new ArrayList<>();
        var requested = catalogue.all().stream()
                .map(spec -> new NewTopic(
                                spec.name(),
                                Optional.of(spec.partitions()),
                                replicationFactor < 0 ? Optional.empty() : Optional.of(replicationFactor))
                        .configs(spec.config()))
                .toList();
        admin.createTopics(requested).values().forEach((name, future) -> {
            if (existed(future)) {
                return;
            }
            created.add(name);
        });
        awaitVisible(catalogue);
        return catalogue.all().stream()
                .map(spec -> state(spec, created.contains(spec.name())))
                .toList();
    }

    /** What there is of each topic of the catalogue. */
    public List<TopicState> describe(TopicCatalogue catalogue) {
        return catalogue.all().stream().map(spec -> state(spec, false)).toList();
    }

    /** Asks the brokers who they are, to see that one answers. */
    public void ask() {
        get(admin.describeCluster().nodes());
    }

    /**
     * Which of these topics do not exist.
     *
     * @throws TopicAuthorizationException if the client may not describe one of them, so that nobody knows
     */
    public List<String> missing(List<String> topics) {
        var missing = new ArrayList<String>();
        admin.describeTopics(topics).topicNameValues().forEach((name, description) -> {
            try {
                get(description);
            } catch (UnknownTopicOrPartitionException e) {
                missing.add(name);
            }
        });
        return missing.stream().sorted().toList();
    }

    /** Partitions of a topic, empty if it does not exist. */
    public Optional<Integer> partitions(String topic) {
        return description(topic).map(d -> d.partitions().size());
    }

    /** What tells a topic from another of the same name, before or after it; empty if it does not exist. */
    public Optional<String> topicId(String topic) {
        return description(topic).map(d -> d.topicId().toString());
    }

    /** Where the one partition of a topic ends, records of open transactions included. */
    public long writtenEnd(String topic) {
        var partition = new TopicPartition(topic, 0);
        return get(admin.listOffsets(Map.of(partition, OffsetSpec.latest())).partitionResult(partition))
                .offset();
    }

    @Override
    public void close() {
        admin.close();
    }

    /** Creation returns before every broker has heard of the topic. */
    private void awaitVisible(TopicCatalogue catalogue) {
        long deadline = System.nanoTime() + VISIBLE_WITHIN.toNanos();
        List<String> names = catalogue.all().stream().map(TopicSpec::name).toList();
        while (!missing(names).isEmpty() && System.nanoTime() < deadline) {
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new org.apache.kafka.common.errors.InterruptException(e);
            }
        }
    }

    private TopicState state(TopicSpec spec, boolean created) {
        return description(spec.name())
                .map(description -> new TopicState(
                        spec,
                        created,
                        description.partitions().size(),
                        description.partitions().get(0).replicas().size(),
                        differences(spec, description)))
                .orElseGet(() -> new TopicState(spec, false, 0, 0, List.of("does not exist")));
    }

    private List<String> differences(TopicSpec spec, TopicDescription description) {
        List<String> differences = new ArrayList<>();
        if (description.partitions().size() != spec.partitions()) {
            differences.add("%d partitions instead of %d"
                    .formatted(description.partitions().size(), spec.partitions()));
        }
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, spec.name());
        Config config = requireNonNull(
                get(admin.describeConfigs(List.of(resource)).all()).get(resource));
        Map<String, String> actual = config.entries().stream()
                .filter(entry -> entry.value() != null)
                .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
        spec.config().forEach((key, wanted) -> {
            if (!wanted.equals(actual.get(key))) {
                differences.add("%s is %s instead of %s".formatted(key, actual.get(key), wanted));
            }
        });
        return differences;
    }

    private Optional<TopicDescription> description(String topic) {
        try {
            return Optional.ofNullable(
                    get(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic));
        } catch (UnknownTopicOrPartitionException e) {
            return Optional.empty();
        }
    }

    private static boolean existed(KafkaFuture<Void> creation) {
        try {
            get(creation);
            return false;
        } catch (TopicExistsException e) {
            return true;
        }
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KafkaException cause) {
                throw cause;
            }
            throw new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new org.apache.kafka.common.errors.InterruptException(e);
        }
    }
}
