package io.rangestream.bench.sampler;

import io.rangestream.app.broker.EmbeddedBroker;
import io.rangestream.sampler.Sampler;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * How long a sampler that has lost its state directory takes to restore it from the changelogs, and that no batch leaves
 * before it has: every identity has five faces of three bytes, so it is the number of records that is measured.
 *
 * <p>Arguments: identities (200000), partitions (1; with more, a task works while others restore), further settings (key=value).
 */
public final class SamplerRestore {
    private static final int FACES_PER_IDENTITY = 5;
    private static final int MORE_FACES = 20_000;
    private static final Duration PATIENCE = Duration.ofMinutes(8);

    private SamplerRestore() {}

    public static void main(String[] arguments) throws Exception {
        int identities = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 200_000;
        int partitions = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1;
        var more = new HashMap<String, String>();
        more.put(SamplerConfig.HOLDOUT_IDENTITIES_PER_MILLE, "0");
        more.put(SamplerConfig.HOLDOUT_FACES_PER_MILLE, "0");
        more.put(SamplerConfig.MAX_BATCHES_AHEAD, "1000000000");
        more.put(SamplerConfig.REPLAY_RATIO, "0.1");
        for (int i = 2; i < arguments.length; i++) {
            more.put(arguments[i].split("=", 2)[0], arguments[i].split("=", 2)[1]);
        }
        try (BrokerProcess broker = BrokerProcess.start()) {
            more.put(
                    SamplerConfig.STATE_DIR, broker.directory().resolve("state").toString());
            Settings settings = broker.settings("restore.", partitions, more);
            fill(settings, new FaceStream(identities, 1));
            EmbeddedBroker.delete(SamplerConfig.from(settings).stateDir());
            restore(settings, new FaceStream(identities, 1));
        }
    }

    private static void fill(Settings settings, FaceStream stream) throws Exception {
        var common = CommonConfig.from(settings);
        long faces = (long) FACES_PER_IDENTITY * stream.identities();
        long began = System.nanoTime();
        stream.send(common, 0, faces);
        try (Sampler sampler = Sampler.start(common, SamplerConfig.from(settings))) {
            await("faces are taken in", () -> sampler.status().accepted() >= faces);
            Thread.sleep(2_000); // for the last commit
        }
        System.out.printf(
                "%d identities with %d faces each taken in within %.1f s%n",
                stream.identities(), FACES_PER_IDENTITY, seconds(began));
    }

    private static void restore(Settings settings, FaceStream stream) throws Exception {
        var common = CommonConfig.from(settings);
        long faces = (long) FACES_PER_IDENTITY * stream.identities();
        stream.send(common, faces, faces + MORE_FACES);
        Map<String, Object> client = common.clientConfig();
        client.put("isolation.level", "read_uncommitted");
        var batches = new TopicPartition(common.topics().batches(), 0);
        try (var consumer = new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            long before = end(consumer, batches);
            long began = System.nanoTime();
            try (Sampler sampler = Sampler.start(common, SamplerConfig.from(settings))) {
                long during = before;
                while (!sampler.isReady()) {
                    during = end(consumer, batches);
                    if (!sampler.isReady() && during > before) {
                        throw new IllegalStateException("a batch left before the buffers were restored");
                    }
                    Thread.sleep(5);
                }
                double took = seconds(began);
                var status = sampler.status();
                if (status.kept() < faces || status.identities() < stream.identities()) {
                    throw new IllegalStateException("restored only " + status);
                }
                System.out.printf(
                        "restored %d identities with %d faces in %.1f s: %.0f faces/s, %.0f records/s; no batch meanwhile%n",
                        status.identities(), faces, took, faces / took, (faces + stream.identities()) / took);
                await("batches leave again", () -> end(consumer, batches) > before);
                System.out.printf("the first batch left %.1f s after the start%n", seconds(began));
            }
        }
    }

    private static long end(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
        return consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    private static void await(String what, BooleanSupplier holds) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("waited in vain: " + what);
            }
            Thread.sleep(20);
        }
    }
}
