package io.rangestream.bench.publication;

import io.rangestream.app.broker.EmbeddedBroker;
import io.rangestream.avro.Network;
import io.rangestream.client.ArtifactFetcher;
import io.rangestream.client.ModelLog;
import io.rangestream.client.ModelVersion;
import io.rangestream.client.Sha256;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.wire.SchemaTopic;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Publishes an artifact of many megabytes in one transaction and fetches it into a file, broker and all in one small heap. Started by {@code
 * bench/large-artifact}; takes the megabytes.
 */
public final class LargeArtifact {
    private static final Duration WITHIN = Duration.ofSeconds(30);

    private LargeArtifact() {}

    public static void main(String[] args) throws IOException {
        int megabytes = Integer.parseInt(args[0]);
        Path folder = Files.createTempDirectory("rangestream-bench-");
        try (var broker = EmbeddedBroker.start(folder.resolve("broker"), 0)) {
            CommonConfig common =
                    CommonConfig.from(Settings.of(Map.of(CommonConfig.BOOTSTRAP_SERVERS, broker.bootstrapServers())));
            long start = System.nanoTime();
            String hash = publish(common, megabytes);
            System.out.printf("published %d MB in %.1f s%n", megabytes, (System.nanoTime() - start) / 1e9);
            Path file = folder.resolve("fetched");
            fetch(common, file);
            if (!Sha256.of(Files.readAllBytes(file)).equals(hash)) {
                throw new IOException("what was fetched is not what was published");
            }
        } finally {
            EmbeddedBroker.delete(folder);
        }
    }

    private static String publish(CommonConfig common, int megabytes) {
        var artifact = new byte[megabytes << 20];
        new Random(1).nextBytes(artifact);
        var network = Network.newBuilder()
                .setBackbone("none")
                .setInputWidth(1)
                .setInputHeight(1)
                .setEmbeddingDim(1)
                .build();
        try (var producer = new VersionProducer(common, network)) {
            producer.publish(artifact);
        }
        return Sha256.of(artifact);
    }

    private static void fetch(CommonConfig common, Path file) throws IOException {
        System.gc();
        ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
        long before = heap();
        long start = System.nanoTime();
        try (var schemas = new SchemaTopic(common.topics().schemas(), common.clientConfig());
                var fetcher = ArtifactFetcher.of(common, schemas, WITHIN, Optional.empty());
                ModelLog log = ModelLog.open(common, schemas, TrustedKeys.anyone())) {
            log.readToEnd(WITHIN);
            ModelVersion version = log.promoted().orElseThrow();
            fetcher.fetchTo(version, file);
        }
        System.out.printf(
                "fetched into a file in %.1f s; heap in use %d MB before, at most %d MB meanwhile, garbage and broker included%n",
                (System.nanoTime() - start) / 1e9, before >> 20, peak() >> 20);
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
