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
 * From the commit of a version's transaction to the follower that serves it, against a bare consumer that reads the same bytes; in turns,
 * one broker. Both wait at the end of the topics when the transaction is committed. Started by {@code bench/commit-to-swap}; takes an ONNX
 * file and the number of rounds.
 */
public final class CommitToSwap {
    private static final int WARM = 5;

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
        int rounds = Integer.parseInt(args[1]);
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
                new CommitToSwap(common, producer, network).compare(onnx, rounds);
            }
        } finally {
            EmbeddedBroker.delete(folder);
        }
    }

    private void compare(byte[] onnx, int rounds) throws InterruptedException {
        var swapped = new double[rounds];
        var read = new double[rounds];
        var readByDefault = new double[rounds];
        var opened = new double[rounds];
        for (int round = -WARM; round < rounds; round++) {
            double swap = swap(onnx);
            double bare = read(different(onnx), FETCH_BYTES);
            double bareByDefault = read(different(onnx), KAFKAS_FETCH_BYTES);
            double open = open(onnx);
            if (round >= 0) {
                swapped[round] = swap;
                read[round] = bare;
                readByDefault[round] = bareByDefault;
                opened[round] = open;
            }
        }
        System.out.printf(
                "model of %,d bytes in chunks of %,d, %d rounds; ms, median (lowest to highest)%n",
                onnx.length, VersionProducer.CHUNK, rounds);
        print("commit to swapped follower", swapped);
        print("commit to bare consumer's last byte", read);
        print("the same, 1 MB at a time", readByDefault);
        print("opening the session alone", opened);
        System.out.printf(
                "  ratio of the medians: %.2f, to the consumer that takes 1 MB at a time: %.2f%n",
                median(swapped) / median(read), median(swapped) / median(readByDefault));
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

    /** A follower that has served the version before and waits. */
    private double swap(byte[] onnx) throws InterruptedException {
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
        try (ModelFollower follower = ModelFollower.start(common, ClientConfig.ofDefaults(), listener)) {
            swaps.take();
            TimeUnit.MILLISECONDS.sleep(300 + new Random().nextInt(300));
            long committed = producer.publish(different(onnx));
            return (swaps.take() - committed) / 1e6;
        }
    }

    /** A consumer that waits at the end of the topic. */
    private double read(byte[] onnx, int fetchBytes) throws InterruptedException {
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
                long bytes = 0;
                while (bytes < onnx.length) {
                    for (var record : consumer.poll(Duration.ofMillis(500))) {
                        bytes += record.value().length;
                    }
                }
                reading.add(System.nanoTime());
            });
            thread.start();
            TimeUnit.MILLISECONDS.sleep(300 + new Random().nextInt(300));
            long committed = producer.publish(onnx);
            long done = reading.take();
            thread.join();
            return (done - committed) / 1e6;
        }
    }

    private double open(byte[] onnx) {
        long start = System.nanoTime();
        try (var embedder = new OnnxEmbedder(onnx, network, 1)) {
            return (System.nanoTime() - start) / 1e6 + 0 * embedder.dim();
        }
    }

    private static void print(String what, double[] millis) {
        System.out.printf(
                "  %-36s %6.1f (%.1f to %.1f)%n",
                what,
                median(millis),
                Arrays.stream(millis).min().orElse(0),
                Arrays.stream(millis).max().orElse(0));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
