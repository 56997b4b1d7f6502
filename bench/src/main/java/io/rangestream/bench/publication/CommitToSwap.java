package io.rangestream.bench.publication;

import io.rangestream.app.broker.EmbeddedBroker;
import io.rangestream.avro.Network;
import io.rangestream.client.ClientConfig;
import io.rangestream.client.ModelFollower;
import io.rangestream.client.ModelListener;
import io.rangestream.client.ModelVersion;
import io.rangestream.client.OnnxEmbedder;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * From the commit of a version's transaction to the follower that serves it, against a bare consumer that reads the same bytes; in turns
 * of five versions, one broker. Either stays open through its turn and waits at the end of the topics when a transaction is committed, reads
 * committed records only, and asks for as much at a time. The bare consumer hashes nothing, decodes nothing and opens no session. The first turn
 * does not count. Started by {@code bench/commit-to-swap}; takes an ONNX file and the number of turns.
 */
public final class CommitToSwap {
    /** In a turn. */
    private static final int VERSIONS = 5;

    /** What the follower's reader asks for at a time; all else is Kafka's default in both. */
    private static final int FETCH_BYTES = 8 * 1024 * 1024;

    private static final int KAFKAS_FETCH_BYTES = ConsumerConfig.DEFAULT_MAX_PARTITION_FETCH_BYTES;

    private final CommonConfig common;
    private final VersionProducer producer;
    private final Network network;

    private CommitToSwap(CommonConfig common, VersionProducer producer, Network network) {
        this.common = common;
        this.producer = producer;
        this.network = network;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        byte[] onnx = Files.readAllBytes(Path.of(args[0]));
        int turns = Integer.parseInt(args[1]);
        Network network;
        try (OnnxEmbedder embedder = OnnxEmbedder.open(onnx, 1)) {
            network = Network.newBuilder()
                    .setBackbone("onnx")
                    .setInputWidth(embedder.inputSize())
                    .setInputHeight(embedder.inputSize())
                    .setEmbeddingDim(embedder.dim())
                    .build();
        }
        Path folder = Files.createTempDirectory("rangestream-bench-");
        try (var broker = EmbeddedBroker.start(folder.resolve("broker"), 0)) {
            CommonConfig common =
                    CommonConfig.from(Settings.of(Map.of(CommonConfig.BOOTSTRAP_SERVERS, broker.bootstrapServers())));
            try (var producer = new VersionProducer(common, network)) {
                new CommitToSwap(common, producer, network).compare(onnx, turns);
            }
        } finally {
            EmbeddedBroker.delete(folder);
        }
    }

    private void compare(byte[] onnx, int turns) throws InterruptedException {
        var swapped = new Series("commit to swapped follower");
        var swappedAtOnce = new Series("the same, nothing read ahead");
        var read = new Series("commit to bare consumer's last byte");
        var readByDefault = new Series("the same, 1 MB at a time");
        var opened = new Series("opening and trying out alone");
        for (int turn = 0; turn <= turns; turn++) {
            swap(onnx, ClientConfig.ofDefaults(), swapped);
            swap(onnx, withoutReadingAhead(), swappedAtOnce);
            read(onnx, FETCH_BYTES, read);
            read(onnx, KAFKAS_FETCH_BYTES, readByDefault);
            open(onnx, opened);
            if (turn == 0) {
                List.of(swapped, swappedAtOnce, read, readByDefault, opened).forEach(Series::forget);
            }
        }
        System.out.printf(
                "model of %,d bytes in chunks of %,d, %d turns of %d versions; ms, median (lowest to highest)%n",
                onnx.length, VersionProducer.CHUNK, turns, VERSIONS);
        List.of(swapped, swappedAtOnce, read, readByDefault, opened).forEach(System.out::println);
        double bare = read.median();
        System.out.printf(
                "  to the bare consumer: %.2f; without the session %.2f; nothing read ahead %.2f; to 1 MB at a time %.2f%n",
                swapped.median() / bare,
                (swapped.median() - opened.median()) / bare,
                swappedAtOnce.median() / bare,
                swapped.median() / readByDefault.median());
    }

    private static ClientConfig withoutReadingAhead() {
        return ClientConfig.from(Settings.of(Map.of(ClientConfig.READ_AHEAD_BYTES, "0")));
    }

    /** Another version has other bytes. The last ones are those of the file's metadata, which no reader here looks at. */
    private byte[] different(byte[] onnx) {
        byte[] bytes = onnx.clone();
        byte[] marker = "NCHW".getBytes(StandardCharsets.US_ASCII);
        for (int i = bytes.length - marker.length; i >= 0; i--) {
            if (Arrays.equals(bytes, i, i + marker.length, marker, 0, marker.length)) {
                bytes[i] = (byte) ('A' + producer.version() % 26);
                return bytes;
            }
        }
        throw new IllegalArgumentException("not a file of RangeStream");
    }

    /** A follower that serves one version after the other. */
    private void swap(byte[] onnx, ClientConfig config, Series series) throws InterruptedException {
        BlockingQueue<Long> swaps = new ArrayBlockingQueue<>(4);
        var listener = new ModelListener() {
            @Override
            public void onSwap(ModelVersion swapped) {
                swaps.add(System.nanoTime());
            }
        };
        if (producer.version() == 0) {
            producer.publish(different(onnx));
        }
        try (ModelFollower follower = ModelFollower.start(common, config, listener)) {
            swaps.take();
            for (int i = 0; i < VERSIONS; i++) {
                pause();
                long committed = producer.publish(different(onnx));
                series.add(swaps.take() - committed);
            }
        }
    }

    /** A consumer that stays at the end of the topic, takes the values off it, and looks at nothing but their length. */
    private void read(byte[] onnx, int fetchBytes, Series series) throws InterruptedException {
        var config = common.clientConfig();
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        config.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, fetchBytes);
        var partition = new TopicPartition(common.topics().modelWeights(), 0);
        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToEnd(List.of(partition));
            consumer.position(partition);
            var reading = new ArrayBlockingQueue<Long>(1);
            var thread = new Thread(() -> {
                for (int i = 0; i < VERSIONS; i++) {
                    long bytes = 0;
                    while (bytes < onnx.length) {
                        for (var record : consumer.poll(Duration.ofMillis(500))) {
                            bytes += record.value().length;
                        }
                    }
                    reading.add(System.nanoTime());
                }
            });
            thread.start();
            for (int i = 0; i < VERSIONS; i++) {
                pause();
                long committed = producer.publish(different(onnx));
                series.add(reading.take() - committed);
            }
            thread.join();
        }
    }

    /** Opens the model as the follower does, and embeds one crop. */
    private void open(byte[] onnx, Series series) {
        var crop = new byte[3 * network.getInputHeight() * network.getInputWidth()];
        for (int i = 0; i < VERSIONS; i++) {
            long start = System.nanoTime();
            try (var embedder =
                    new OnnxEmbedder(onnx, network, ClientConfig.ofDefaults().threads())) {
                embedder.embed(List.<byte[]>of(crop));
                series.add(System.nanoTime() - start);
            }
        }
    }

    private static void pause() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(300 + new Random().nextInt(300));
    }

    /** Milliseconds of one kind. */
    private static final class Series {
        private final String name;
        private final List<Double> millis = new ArrayList<>();

        Series(String name) {
            this.name = name;
        }

        void add(long nanos) {
            millis.add(nanos / 1e6);
        }

        void forget() {
            millis.clear();
        }

        double median() {
            return sorted().get(millis.size() / 2);
        }

        @Override
        public String toString() {
            List<Double> sorted = sorted();
            return "  %-36s %6.1f (%.1f to %.1f)"
                    .formatted(name, median(), sorted.get(0), sorted.get(sorted.size() - 1));
        }

        private List<Double> sorted() {
            return millis.stream().sorted().toList();
        }
    }
}
