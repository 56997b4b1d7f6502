package io.rangestream.bench.sampler;

import io.rangestream.app.broker.EmbeddedBroker;
import io.rangestream.sampler.Sampler;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.sampler.topology.RocksMemory;
import io.rangestream.sampler.topology.StreamsSettings;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.streams.KafkaStreams;

/**
 * Faces a second through the sampler and through {@link MinimalTopology}, in turns, from one topic filled beforehand:
 * exactly-once, RocksDB under the same limit, changelogs, 5 KB crops, one broker in a process of its own. Every round begins
 * with empty stores. A round writes more than a gigabyte: on a disk that cannot keep up it is the disk that is measured, so let
 * {@code java.io.tmpdir} lie in memory. Not counted are the first tenth of a round, and the first five rounds, which the
 * compiler needs.
 *
 * <p>Arguments: rounds (5), faces (30000), partitions (1), further settings for both (key=value).
 */
public final class SamplerThroughput {
    private static final int DEAD_LETTER_BYTES = 1_000_000;
    private static final int WARM_UP = 5;
    private static final int SIDE = 41;
    private static final int FACES_PER_IDENTITY = 30;

    private final BrokerProcess broker;
    private final Settings settings;
    private final long faces;
    private int runs;

    private SamplerThroughput(BrokerProcess broker, Settings settings, long faces) {
        this.broker = broker;
        this.settings = settings;
        this.faces = faces;
    }

    public static void main(String[] arguments) throws Exception {
        int rounds = Integer.parseInt(argument(arguments, 0, "5"));
        long faces = Long.parseLong(argument(arguments, 1, "30000"));
        int partitions = Integer.parseInt(argument(arguments, 2, "1"));
        var more = new HashMap<String, String>();
        more.put(SamplerConfig.HOLDOUT_IDENTITIES_PER_MILLE, "0");
        more.put(SamplerConfig.HOLDOUT_FACES_PER_MILLE, "0");
        more.put(SamplerConfig.MAX_BATCHES_AHEAD, "1000000000");
        Arrays.stream(arguments).skip(3).map(setting -> setting.split("=", 2)).forEach(s -> more.put(s[0], s[1]));
        try (BrokerProcess broker = BrokerProcess.start()) {
            Settings settings = broker.settings("speed.", partitions, more);
            var stream = new FaceStream((int) faces / FACES_PER_IDENTITY, SIDE);
            stream.send(CommonConfig.from(settings), 0, faces);
            new SamplerThroughput(broker, settings, faces).compare(rounds);
        }
    }

    private static String argument(String[] arguments, int at, String otherwise) {
        return arguments.length > at ? arguments[at] : otherwise;
    }

    private void compare(int rounds) throws InterruptedException {
        List<Double> sampler = new ArrayList<>();
        List<Double> single = new ArrayList<>();
        List<Double> gathered = new ArrayList<>();
        System.out.printf("%-8s %14s %16s %22s%n", "round", "sampler", "minimal", "minimal, 64 a record");
        for (int round = 1 - WARM_UP; round <= rounds; round++) {
            double s = sampler();
            double m = minimal(1);
            double g = minimal(64);
            System.out.printf("%-8s %12.0f/s %14.0f/s %20.0f/s%n", round > 0 ? round : "warm-up", s, m, g);
            if (round > 0) {
                sampler.add(s);
                single.add(m);
                gathered.add(g);
            }
        }
        System.out.printf("median   %12.0f/s %14.0f/s %20.0f/s%n", median(sampler), median(single), median(gathered));
        System.out.printf(
                "sampler / minimal: %.2f; with 64 faces a record: %.2f%n",
                median(sampler) / median(single), median(sampler) / median(gathered));
    }

    private double sampler() throws InterruptedException {
        Settings fresh = fresh();
        try (Sampler sampler = Sampler.start(CommonConfig.from(fresh), SamplerConfig.from(fresh))) {
            double rate = rate(() -> sampler.status().accepted());
            if (sampler.status().batches() < faces / 64 - 20) {
                throw new IllegalStateException(
                        "only %d batches".formatted(sampler.status().batches()));
            }
            return rate;
        } finally {
            EmbeddedBroker.delete(SamplerConfig.from(fresh).stateDir());
        }
    }

    private double minimal(int facesPerRecord) throws InterruptedException {
        Settings fresh = fresh();
        var common = CommonConfig.from(fresh);
        var taken = new AtomicLong();
        try (var memory = new RocksMemory(SamplerConfig.from(fresh).stateMemoryBytes())) {
            Properties properties = StreamsSettings.of(common, SamplerConfig.from(fresh), DEAD_LETTER_BYTES, memory);
            var topology = MinimalTopology.build(
                    common.topics().faces(), common.topics().batches(), facesPerRecord, taken);
            try (var streams = new KafkaStreams(topology, properties)) {
                streams.start();
                double rate = rate(taken::get);
                streams.close(Duration.ofSeconds(20));
                return rate;
            }
        } finally {
            EmbeddedBroker.delete(SamplerConfig.from(fresh).stateDir());
        }
    }

    /** Another application with stores of its own. */
    private Settings fresh() {
        runs++;
        return Settings.of(Map.of(
                        SamplerConfig.ID,
                        "run-" + runs,
                        SamplerConfig.STATE_DIR,
                        broker.directory().resolve("state-" + runs).toString()))
                .orElse(settings);
    }

    /** Faces a second over the last nine tenths. */
    private double rate(LongSupplier count) throws InterruptedException {
        long begin = await(count, faces / 10);
        long from = System.nanoTime();
        long end = await(count, faces);
        return (end - begin) * 1e9 / (System.nanoTime() - from);
    }

    private static long await(LongSupplier count, long enough) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        long now = count.getAsLong();
        while (now < enough) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("%d of %d faces after three minutes".formatted(now, enough));
            }
            Thread.sleep(2);
            now = count.getAsLong();
        }
        return now;
    }

    private static double median(List<Double> values) {
        var sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }
}
