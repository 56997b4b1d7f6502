package io.rangestream.bench;

import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.internal.buffer.FaceBuffers;
import io.rangestream.sampler.internal.draw.DrawPosition;
import io.rangestream.sampler.internal.draw.DrawRandom;
import io.rangestream.sampler.internal.draw.IdentityDraw;
import io.rangestream.sampler.internal.draw.SlotShares;
import io.rangestream.schemas.config.Settings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * Draws batches from a thousand identities and from a million, in turns, over RocksDB stores: how the time to choose the
 * identities compares with each other and with putting the batch together, and how much heap an identity takes by the
 * JVM's class histogram. Every draw is timed by itself after a batch was put together, as a task does it: what RocksDB
 * pushes out of the processor's caches meanwhile counts. Faces are 100 bytes and are not encoded, so a real batch takes longer to put together.
 */
public final class DrawScenario {
    private static final int FEW = 1_000;
    private static final int MANY = 1_000_000;
    private static final int WARM_UP = 10_000;
    private static final int ROUNDS = 10_001;
    private static final SamplerConfig CONFIG = SamplerConfig.from(Settings.of(Map.of()));

    private DrawScenario() {}

    /** Takes no arguments. */
    public static void main(String[] args) throws IOException, JMException {
        Path folder = Files.createTempDirectory("rangestream-draw");
        try (var few = new Task(folder.resolve("few"), 0);
                var many = new Task(folder.resolve("many"), 1)) {
            few.fill(FEW);
            many.fill(MANY);
            compare(few.open(), weighed(many));
        } finally {
            delete(folder);
        }
    }

    private static FaceBuffers weighed(Task task) throws JMException {
        long before = heapBytes();
        long started = System.nanoTime();
        FaceBuffers opened = task.open();
        double seconds = (System.nanoTime() - started) / 1e9;
        double perIdentity = (heapBytes() - before) / (double) MANY;
        System.out.printf("read %,d identities from their store in %.1f s%n", MANY, seconds);
        System.out.printf("heap: %.1f bytes an identity, all waiting, names of 36 bytes%n", perIdentity);
        return opened;
    }

    private static void compare(FaceBuffers few, FaceBuffers many) {
        var drawFew = draw(few);
        var drawMany = draw(many);
        double[] fewMicros = new double[ROUNDS];
        double[] manyMicros = new double[ROUNDS];
        double[] buildMicros = new double[ROUNDS];
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            long batch = round;
            few.draw(DrawRandom.of(2, 0, batch));
            double one = micros(() -> drawFew.draw(DrawRandom.of(1, 0, batch)));
            double built = micros(() -> many.draw(DrawRandom.of(2, 0, batch)));
            double other = micros(() -> drawMany.draw(DrawRandom.of(1, 0, batch)));
            if (round >= 0) {
                fewMicros[round] = one;
                manyMicros[round] = other;
                buildMicros[round] = built;
            }
        }
        double fewMedian = median(fewMicros);
        double manyMedian = median(manyMicros);
        double buildMedian = median(buildMicros);
        System.out.printf("draw from %,d: %.2f us a batch%n", FEW, fewMedian);
        System.out.printf("draw from %,d: %.2f us a batch%n", MANY, manyMedian);
        System.out.printf("building a batch from %,d: %.1f us%n", MANY, buildMedian);
        System.out.printf(
                "%,d : %,d = %.2f; draw : building = %.2f %%%n",
                MANY, FEW, manyMedian / fewMedian, 100 * manyMedian / buildMedian);
    }

    /** A draw in its long run: everyone there has had a first batch. */
    private static IdentityDraw draw(FaceBuffers buffers) {
        var arrivals =
                new IdentityDraw(buffers.drawable(), SlotShares.of(CONFIG.batchIdentities(), 0, 1), DrawPosition.START);
        for (int i = 0; i < buffers.drawable().drawable() / CONFIG.batchIdentities() + 1; i++) {
            arrivals.draw(DrawRandom.of(3, 0, i));
        }
        var shares = SlotShares.of(CONFIG.batchIdentities(), CONFIG.coverageShare(), CONFIG.newcomerShare());
        return new IdentityDraw(buffers.drawable(), shares, DrawPosition.START);
    }

    private static double micros(Runnable work) {
        long started = System.nanoTime();
        work.run();
        return (System.nanoTime() - started) / 1e3;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Bytes of all live objects, from the histogram that {@code jcmd GC.class_histogram} prints. */
    private static long heapBytes() throws JMException {
        var histogram = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        String total = histogram
                .lines()
                .filter(line -> line.startsWith("Total"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(total.trim().split("\\s+")[2]);
    }

    /** The three stores of one task in a folder of their own. */
    private static final class Task implements AutoCloseable {
        private final MockProcessorContext<byte[], byte[]> context;
        private final KeyValueStore<Bytes, byte[]> index;
        private final KeyValueStore<Bytes, byte[]> faces;
        private final KeyValueStore<Bytes, byte[]> task;

        Task(Path folder, int partition) {
            var settings = new Properties();
            settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "draw");
            settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
            context = new MockProcessorContext<>(settings, new TaskId(0, partition), folder.toFile());
            index = store("identities");
            faces = store("faces");
            task = store("task");
        }

        /** One in ten has six faces, the others two. */
        void fill(int identities) {
            FaceBuffers buffers = open();
            byte[] face = new byte[100];
            var random = new SplittableRandom(1);
            for (int i = 0; i < identities; i++) {
                String name = new UUID(random.nextLong(), random.nextLong()).toString();
                int count = i % 10 == 0 ? 6 : 2;
                for (int n = 0; n < count; n++) {
                    buffers.add(name, random.nextLong(), 1, () -> face);
                }
            }
        }

        @Override
        public void close() {
            index.close();
            faces.close();
            task.close();
        }

        /** Rebuilds from the stores what is kept in memory. */
        FaceBuffers open() {
            return new FaceBuffers(index, faces, task, CONFIG);
        }

        private KeyValueStore<Bytes, byte[]> store(String name) {
            KeyValueStore<Bytes, byte[]> store =
                    Stores.persistentKeyValueStore(name).get();
            store.init(context.getStateStoreContext(), store);
            return store;
        }
    }
}
