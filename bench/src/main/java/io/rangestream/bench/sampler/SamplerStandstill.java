package io.rangestream.bench.sampler;

import io.rangestream.avro.LearnerProgress;
import io.rangestream.avro.LearnerState;
import io.rangestream.sampler.Sampler;
import io.rangestream.sampler.SamplerStatus;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A learner that is away while faces keep coming, in both paces: prints every few seconds how far the batches are ahead and
 * what the process takes, then lets the learner catch up.
 *
 * <p>Arguments: seconds without a learner for each pace (60), faces a second (1000).
 */
public final class SamplerStandstill {
    private static final int MAX_AHEAD = 50;
    private static final int LINES = 12;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private SamplerStandstill() {}

    public static void main(String[] arguments) throws Exception {
        int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 60;
        int perSecond = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000;
        try (BrokerProcess broker = BrokerProcess.start()) {
            for (String pace : List.of("lossless", "fresh")) {
                var more = new HashMap<String, String>();
                more.put(SamplerConfig.PACE, pace);
                more.put(SamplerConfig.MAX_BATCHES_AHEAD, Integer.toString(MAX_AHEAD));
                more.put(
                        SamplerConfig.STATE_DIR,
                        broker.directory().resolve(pace).toString());
                run(pace, broker.settings(pace + ".", 1, more), seconds, perSecond);
            }
        }
    }

    private static void run(String pace, Settings settings, int seconds, int perSecond) throws Exception {
        var common = CommonConfig.from(settings);
        var stream = new FaceStream(1_000, 41);
        System.out.printf("pace=%s, at most %d batches ahead%n", pace, MAX_AHEAD);
        System.out.printf(
                "%8s %10s %10s %8s %8s %9s %9s%n", "s", "sent", "taken in", "ahead", "paused", "heap MB", "RSS MB");
        try (Sampler sampler = Sampler.start(common, SamplerConfig.from(settings))) {
            long faces = (long) seconds * perSecond;
            CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> send(stream, common, seconds, perSecond));
            long began = System.nanoTime();
            for (int line = 1; line <= LINES; line++) {
                Thread.sleep(1000L * seconds / LINES);
                SamplerStatus s = sampler.status();
                long elapsed = (System.nanoTime() - began) / 1_000_000_000;
                System.out.printf(
                        "%8d %10d %10d %8d %8s %9d %9d%n",
                        elapsed,
                        elapsed * perSecond,
                        s.accepted() + s.heldOut(),
                        s.ahead(),
                        s.paused(),
                        heapMb(),
                        rssMb());
            }
            sender.join();
            long back = System.nanoTime();
            catchUp(sampler, common, faces);
            SamplerStatus s = sampler.status();
            System.out.printf(
                    "the learner is back: all %d faces taken in and %d batches dealt with %.1f s later%n",
                    s.accepted() + s.heldOut(), s.batches(), (System.nanoTime() - back) / 1e9);
        }
    }

    private static void send(FaceStream stream, CommonConfig common, int seconds, int perSecond) {
        try {
            for (long second = 0; second < seconds; second++) {
                long began = System.nanoTime();
                stream.send(common, second * perSecond, (second + 1) * perSecond);
                Thread.sleep(Math.max(0, 1_000 - (System.nanoTime() - began) / 1_000_000));
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A learner that deals at once with everything there is. */
    private static void catchUp(Sampler sampler, CommonConfig common, long faces) throws InterruptedException {
        var codec = new RecordCodec(List.of(), SchemaSource.NONE);
        try (var producer =
                new KafkaProducer<>(common.clientConfig(), new StringSerializer(), new ByteArraySerializer())) {
            await("everything is dealt with", () -> {
                SamplerStatus s = sampler.status();
                producer.send(new ProducerRecord<>(
                        common.topics().learnerProgress(),
                        common.model(),
                        codec.encode(LearnerProgress.newBuilder()
                                .setModel(common.model())
                                .setState(LearnerState.TRAINING)
                                .setSequences(Map.of("0_0", s.batches()))
                                .build())));
                producer.flush();
                return s.accepted() + s.heldOut() >= faces && s.ahead() == 0;
            });
        }
    }

    private static long heapMb() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20;
    }

    private static long rssMb() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10)
                    .findFirst()
                    .orElse(-1);
        }
    }

    private static void await(String what, BooleanSupplier holds) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("waited in vain: " + what);
            }
            Thread.sleep(100);
        }
    }
}
