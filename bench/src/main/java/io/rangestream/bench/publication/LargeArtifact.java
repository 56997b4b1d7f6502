package io.rangestream.bench.publication;

import io.rangestream.app.broker.EmbeddedBroker;
import io.rangestream.avro.Artifact;
import io.rangestream.avro.ModelChunk;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.Network;
import io.rangestream.avro.Training;
import io.rangestream.client.ArtifactFetcher;
import io.rangestream.client.ModelLog;
import io.rangestream.client.ModelVersion;
import io.rangestream.learner.config.LearnerConfig;
import io.rangestream.learner.publish.GroupMembership;
import io.rangestream.learner.publish.ModelPublisher;
import io.rangestream.learner.publish.Succession;
import io.rangestream.learner.publish.VersionHistory;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.hash.Sha256;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.topics.TopicAdmin;
import io.rangestream.schemas.topics.TopicCatalogue;
import io.rangestream.schemas.wire.SchemaTopic;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Publishes an artifact of many megabytes as a learner does, in one transaction, and fetches it into a file, broker and all in one small heap.
 * Started by {@code bench/large-artifact}; takes the megabytes.
 */
public final class LargeArtifact {
    private static final Duration WITHIN = Duration.ofSeconds(30);

    private LargeArtifact() {}

    /** A learner's place in a group of which nobody else is. */
    private static final class Alone implements GroupMembership {
        @Override
        public ConsumerGroupMetadata current() {
            return new ConsumerGroupMetadata("bench");
        }

        @Override
        public boolean awaitRenewal() {
            return false;
        }
    }

    public static void main(String[] args) throws IOException {
        int megabytes = Integer.parseInt(args[0]);
        Path folder = Files.createTempDirectory("rangestream-bench-");
        try (var broker = EmbeddedBroker.start(folder.resolve("broker"), 0)) {
            CommonConfig common =
                    CommonConfig.from(Settings.of(Map.of(CommonConfig.BOOTSTRAP_SERVERS, broker.bootstrapServers())));
            try (var admin = new TopicAdmin(common.clientConfig())) {
                admin.create(common.topics(), (short) 1);
            }
            String hash = publish(common, new byte[megabytes << 20]);
            Path file = folder.resolve("fetched");
            fetch(common, file);
            if (!Sha256.of(Files.readAllBytes(file)).equals(hash)) {
                throw new IOException("what was fetched is not what was published");
            }
        } finally {
            EmbeddedBroker.delete(folder);
        }
    }

    /** With the producer that a learner has. */
    private static String publish(CommonConfig common, byte[] artifact) {
        new Random(1).nextBytes(artifact);
        SchemaTopic.publish(
                common.topics().schemas(),
                common.clientConfig(),
                List.of(ModelUpdate.getClassSchema(), ModelChunk.getClassSchema()));
        Map<String, Object> config = common.clientConfig();
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "bench");
        config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 300_000);
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, TopicCatalogue.MAX_RECORD_BYTES);
        try (var producer = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            producer.initTransactions();
            var publisher = new ModelPublisher(
                    producer,
                    common.model(),
                    common.topics().modelUpdates(),
                    common.topics().modelWeights(),
                    LearnerConfig.from(Settings.of(Map.of())).publication().chunkBytes(),
                    Optional.empty(),
                    Optional.empty(),
                    new VersionHistory());
            long before = watchHeap();
            long start = System.nanoTime();
            ModelUpdate published = publisher.publish(
                    draft(common.model()),
                    artifact,
                    new Succession(new VersionHistory(), "", Instant.now()),
                    List.of(),
                    Map.of(),
                    new Alone());
            tell(
                    "published %d MB in %d chunks"
                            .formatted(
                                    artifact.length >> 20,
                                    published.getArtifact().getChunks()),
                    start,
                    before);
            return published.getArtifact().getSha256();
        }
    }

    private static ModelUpdate draft(String model) {
        return ModelUpdate.newBuilder()
                .setModel(model)
                .setVersion(1)
                .setStatus(ModelStatus.PROMOTED)
                .setCreatedAt(Instant.now())
                .setArtifact(Artifact.newBuilder()
                        .setBytes(0)
                        .setSha256("")
                        .setChunks(0)
                        .build())
                .setNetwork(Network.newBuilder()
                        .setBackbone("none")
                        .setInputWidth(1)
                        .setInputHeight(1)
                        .setEmbeddingDim(1)
                        .build())
                .setTraining(Training.newBuilder().build())
                .build();
    }

    private static void fetch(CommonConfig common, Path file) throws IOException {
        long before = watchHeap();
        long start = System.nanoTime();
        try (var schemas = new SchemaTopic(common.topics().schemas(), common.clientConfig());
                var fetcher = ArtifactFetcher.of(common, schemas, WITHIN, Optional.empty());
                ModelLog log = ModelLog.open(common, schemas, TrustedKeys.anyone())) {
            log.readToEnd(WITHIN);
            ModelVersion version = log.promoted().orElseThrow();
            fetcher.fetchTo(version, file);
        }
        tell("fetched into a file", start, before);
    }

    /** From now on {@link #peak} counts; the heap in use now. */
    private static long watchHeap() {
        System.gc();
        ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
        return heap();
    }

    private static void tell(String what, long start, long before) {
        System.out.printf(
                "%s in %.1f s; heap in use %d MB before, at most %d MB meanwhile, garbage and broker included%n",
                what, (System.nanoTime() - start) / 1e9, before >> 20, peak() >> 20);
    }

    private static long heap() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** The pools' peaks need not have been at one time: the sum is an upper bound. */
    private static long peak() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                .sum();
    }
}
