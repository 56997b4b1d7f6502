package io.rangestream.sampler;

import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.internal.buffer.HoldoutLedger;
import io.rangestream.sampler.internal.buffer.IdentityStatistics;
import io.rangestream.sampler.split.HoldoutSplit;
import io.rangestream.sampler.topology.SamplerTopology;
import io.rangestream.sampler.topology.TaskBoard;
import io.rangestream.sampler.topology.TaskReport;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Answers questions about identities from the stores of this process (interactive queries). What is asked of all is read
 * from what the tasks count anyway; what is asked of one costs a look into each partition here. Thread-safe.
 */
final class IdentityQueries {
    private final KafkaStreams streams;
    private final TaskBoard board;
    private final SamplerConfig config;
    private final @Nullable HostInfo own;

    /** @param address Streams' {@code application.server} of this instance; empty for none */
    IdentityQueries(KafkaStreams streams, TaskBoard board, SamplerConfig config, String address) {
        this.streams = streams;
        this.board = board;
        this.config = config;
        this.own = HostInfo.buildFromEndpoint(address);
    }

    IdentityCensus census() {
        Collection<TaskReport> tasks = board.reports().values();
        return new IdentityCensus(
                List.copyOf(board.reports().keySet()),
                tasks.stream().mapToLong(TaskReport::identities).sum(),
                tasks.stream().mapToLong(TaskReport::drawable).sum(),
                tasks.stream().mapToLong(TaskReport::kept).sum(),
                board.identitiesByKept(),
                config.samplesPerIdentity(),
                config.bufferCapacity(),
                others());
    }

    /**
     * A foreign producer may have put an identity into any partition, so those here come before the owner by key.
     *
     * @param identity normalised
     */
    IdentityLookup find(String identity) {
        Bytes key = Bytes.wrap(identity.getBytes(StandardCharsets.UTF_8));
        try {
            List<Integer> partitions = streams.metadataForLocalThreads().stream()
                    .flatMap(thread -> thread.activeTasks().stream())
                    .map(task -> task.taskId().partition())
                    .distinct()
                    .toList();
            List<IdentityStatistics> here = partitions.stream()
                    .map(partition ->
                            store(SamplerTopology.INDEX_STORE, partition).get(key))
                    .filter(Objects::nonNull)
                    .map(IdentityStatistics::read)
                    .toList();
            int heldOut = partitions.stream()
                    .mapToInt(
                            partition -> HoldoutLedger.count(store(SamplerTopology.HOLDOUT_STORE, partition), identity))
                    .sum();
            return here.isEmpty() && heldOut == 0 ? owner(key) : found(identity, here, heldOut);
        } catch (InvalidStateStoreException | IllegalStateException e) {
            return new IdentityLookup.NotNow();
        }
    }

    private ReadOnlyKeyValueStore<Bytes, byte[]> store(String name, int partition) {
        return streams.store(
                StoreQueryParameters.fromNameAndType(name, QueryableStoreTypes.<Bytes, byte[]>keyValueStore())
                        .withPartition(partition));
    }

    private IdentityLookup found(String identity, List<IdentityStatistics> here, int heldOut) {
        return new IdentityLookup.Found(
                here.stream().mapToLong(IdentityStatistics::seen).sum(),
                here.stream().mapToLong(IdentityStatistics::kept).sum(),
                times(here.stream().map(IdentityStatistics::firstAt)).min(Instant::compareTo),
                times(here.stream().map(IdentityStatistics::lastAt)).max(Instant::compareTo),
                heldOut,
                config.split().partOf(identity, "") == HoldoutSplit.Part.HELD_OUT_IDENTITY);
    }

    private static Stream<Instant> times(Stream<Optional<Instant>> times) {
        return times.flatMap(Optional::stream);
    }

    private IdentityLookup owner(Bytes key) {
        KeyQueryMetadata metadata = streams.queryMetadataForKey(
                SamplerTopology.INDEX_STORE, key, Serdes.Bytes().serializer());
        if (metadata == null || metadata.equals(KeyQueryMetadata.NOT_AVAILABLE)) {
            return new IdentityLookup.NotNow();
        }
        HostInfo host = metadata.activeHost();
        boolean isHere = streams.metadataForLocalThreads().stream()
                .flatMap(thread -> thread.activeTasks().stream())
                .anyMatch(task -> task.taskId().partition() == metadata.partition());
        if (isHere || host.equals(HostInfo.unavailable())) {
            return new IdentityLookup.Unknown();
        }
        return host.equals(own)
                ? new IdentityLookup.SameAddress(address(host))
                : new IdentityLookup.Elsewhere(address(host));
    }

    private List<String> others() {
        List<Integer> here = streams.metadataForLocalThreads().stream()
                .flatMap(thread -> thread.activeTasks().stream())
                .map(task -> task.taskId().partition())
                .toList();
        return streams.metadataForAllStreamsClients().stream()
                .filter(client -> client.topicPartitions().stream().noneMatch(p -> here.contains(p.partition())))
                .map(StreamsMetadata::hostInfo)
                .filter(host -> !host.equals(HostInfo.unavailable()) && !host.equals(own))
                .map(IdentityQueries::address)
                .sorted()
                .toList();
    }

    private static String address(HostInfo host) {
        return host.host() + ":" + host.port();
    }
}
