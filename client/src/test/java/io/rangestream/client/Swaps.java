package io.rangestream.client;

import static io.rangestream.client.Publication.publish;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.avro.Encoding;
import io.rangestream.schemas.signature.TrustedKeys;
import io.rangestream.schemas.wire.SchemaSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Four threads embed while fifty versions follow each other, each with 6.5 MB of weights. In a process of its own whose heap is
 * resident from the start, so that what grows is native. Prints the resident bytes after a third of the versions and at the end.
 */
final class Swaps {
    static final int VERSIONS = 51;
    static final int WARM = 15;
    private static final int UNITS = 32_768;
    private static final double STEP = 0.02;
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Path STATUS = Path.of("/proc/self/status");

    private final TestLog updates = new TestLog("model-updates");
    private final TestLog weights = new TestLog("model-weights");
    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicLong calls = new AtomicLong();
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final byte[] white = new byte[TinyOnnx.INPUTS];
    private final byte[] large = new byte[3 * 8 * 8];

    public static void main(String[] args) throws Exception {
        new Swaps().run();
    }

    private void run() throws Exception {
        Arrays.fill(white, (byte) 255);
        Arrays.fill(large, (byte) 255);
        try (ModelFollower follower = follower()) {
            follower.start();
            publish(updates, weights, 1, TinyOnnx.heavy(STEP, UNITS));
            assertTrue(follower.awaitVersion(SOON).isPresent());
            List<Future<Void>> running = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                running.add(threads.submit(embedding(follower)));
            }

            long warm = 0;
            for (int version = 2; version <= VERSIONS; version++) {
                long before = calls.get();
                publish(updates, weights, version, TinyOnnx.heavy(version * STEP, UNITS));
                assertTrue(follower.awaitVersion(version, SOON).isPresent(), "version " + version);
                weights.cut(); // Nor does the topic keep old versions, and here it would be on the heap.
                while (calls.get() < before + 4) {
                    assertTrue(running.stream().noneMatch(Future::isDone), "a thread has ended");
                    TimeUnit.MILLISECONDS.sleep(1);
                }
                warm = version == WARM ? residentBytes() : warm;
            }
            long end = residentBytes();
            done.set(true);
            for (Future<Void> each : running) {
                each.get(30, TimeUnit.SECONDS);
            }

            System.out.printf("resident %d %d%n", warm, end);
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
    }

    /** Every call has one version's angle, for each of its crops. */
    private Callable<Void> embedding(ModelFollower follower) {
        return () -> {
            List<byte[]> crops = List.of(white, white, white);
            while (!done.get()) {
                float[] several = follower.embedCrops(crops);
                double angle = angle(several, 0);
                assertEquals(angle, angle(several, 2), 1e-6);
                assertEquals(angle, angle(several, 4), 1e-6);
                assertOfSomeVersion(angle);
                assertOfSomeVersion(angle(follower.embed(large, Encoding.RAW_RGB, 8, 8), 0));
                calls.incrementAndGet();
            }
            return null;
        };
    }

    private static void assertOfSomeVersion(double angle) {
        assertEquals(Math.rint(angle / STEP), angle / STEP, 1e-3);
    }

    private static double angle(float[] embeddings, int at) {
        return Math.atan2(embeddings[at + 1], embeddings[at]);
    }

    /** 0 where the system does not tell. */
    private static long residentBytes() throws IOException {
        if (!Files.exists(STATUS)) {
            return 0;
        }
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }

    private ModelFollower follower() {
        var config = new ClientConfig(
                Duration.ofSeconds(5),
                1 << 20,
                1,
                1_000_000,
                TrustedKeys.anyone(),
                Optional.empty(),
                1 << 20,
                Duration.ZERO);
        return new ModelFollower(
                () -> new ModelLog(updates.reader(), Publication.MODEL, SchemaSource.NONE, config.trusted()),
                Publication.fetcher(weights, config.fetchTimeout()),
                () -> {},
                config);
    }
}
