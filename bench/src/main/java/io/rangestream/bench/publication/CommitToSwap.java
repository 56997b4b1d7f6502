package io.rangestream.bench.publication;

import io.rangestream.app.broker.EmbeddedBroker;
import io.rangestream.avro.Artifact;
import io.rangestream.avro.ModelChunk;
import io.rangestream.avro.ModelStatus;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.avro.Network;
import io.rangestream.avro.Training;
import io.rangestream.client.ClientConfig;
import io.rangestream.client.ModelFollower;
import io.rangestream.client.ModelListener;
import io.rangestream.client.ModelVersion;
import io.rangestream.client.OnnxEmbedder;
import io.rangestream.client.Sha256;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.topics.TopicAdmin;
import io.rangestream.schemas.wire.RecordCodec;
import io.rangestream.schemas.wire.SchemaSource;
import io.rangestream.schemas.wire.SchemaTopic;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * From the commit of a version's transaction to the follower that serves it, against a bare consumer that reads the same bytes; in turns,
 * one broker. Both wait at the end of the topics when the transaction is committed. Started by {@code bench/commit-to-swap}; takes an ONNX
 * file and the number of rounds.
 */
public final class CommitToSwap {
    private static final int CHUNK = 512 * 1024;
    private static final int WARM = 5;
    private static final String MODEL = "bench";

    private final CommonConfig common;
    private final Producer<byte[], byte[]> producer;
    private final RecordCodec codec = new RecordCodec(List.of(), SchemaSource.NONE);
    private final Network network;
    private long version;

    private CommitToSwap(CommonConfig common, Producer<byte[], byte[]> producer, Network network) {
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
            Settings settings = Settings.of(Map.of(
                    CommonConfig.BOOTSTRAP_SERVERS, broker.bootstrapServers(), CommonConfig.MODEL, MODEL));
            CommonConfig common = CommonConfig.from(settings);
            try (var admin = new TopicAdmin(common.clientConfig())) {
                admin.create(common.topics(), (short) 1);
            }
            SchemaTopic.publish(
                    common.topics().schemas(),
                    common.clientConfig(),
                    List.of(ModelUpdate.getClassSchema(), ModelChunk.getClassSchema()));
            try (Producer<byte[], byte[]> producer = producer(common)) {
                producer.initTransactions();
                new CommitToSwap(common, producer, network).compare(onnx, rounds);
            }
        } finally {
            EmbeddedBroker.delete(folder);
        }
    }

    private void compare(byte[] onnx, int rounds) throws InterruptedException {
        var swapped = new double[rounds];
        var read = new double[rounds];
        var opened = new double[rounds];
        for (int round = -WARM; round < rounds; round++) {
            double swap = swap(different(onnx));
            double bare = read(different(onnx));
            double open = open(onnx);
            if (round >= 0) {
                swapped[round] = swap;
                read[round] = bare;
                opened[round] = open;
            }
        }
        System.out.printf("model of %,d bytes in chunks of %,d, %d rounds; ms, median (lowest to highest)%n", onnx.length, CHUNK, rounds);
        print("commit to swapped follower", swapped);
        print("commit to bare consumer's last byte", read);
        print("opening the session alone", opened);
        System.out.printf("  ratio of the medians: %.2f%n", median(swapped) / median(read));
    }

    /** Another version has other bytes. The last ones are those of the file's metadata, which no reader here looks at. */
    private byte[] different(byte[] onnx) {
        byte[] bytes = onnx.clone();
        byte[] marker = "NCHW".getBytes(StandardCharsets.US_ASCII);
        for (int i = bytes.length - marker.length; i >= 0; i--) {
            if (Arrays.equals(bytes, i, i + marker.length, marker, 0, marker.length)) {
                bytes[i] = (byte) ('A' + version % 26);
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
        if (version == 0) {
            publish(onnx);
        }
        try (ModelFollower follower = ModelFollower.start(common, ClientConfig.ofDefaults(), listener)) {
            swaps.take();
            TimeUnit.MILLISECONDS.sleep(300 + new Random().nextInt(300));
            long committed = publish(different(onnx));
            return (swaps.take() - committed) / 1e6;
        }
    }

    /** A consumer that waits at the end of the topic. */
    private double read(byte[] onnx) throws InterruptedException {
        var config = common.clientConfig();
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        var partition = new TopicPartition(common.topics().modelWeights(), 0);
        try (var consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
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
            long committed = publish(onnx);
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

    /** @return when the transaction was committed */
    private long publish(byte[] onnx) {
        version++;
        int count = (onnx.length + CHUNK - 1) / CHUNK;
        producer.beginTransaction();
        for (int i = 0; i < count; i++) {
            byte[] piece = Arrays.copyOfRange(onnx, i * CHUNK, Math.min(onnx.length, (i + 1) * CHUNK));
            var chunk = new ModelChunk(MODEL, version, i, count, ByteBuffer.wrap(piece), Sha256.of(piece));
            send(common.topics().modelWeights(), MODEL + "/" + version + "/" + i, codec.encode(chunk));
        }
        ModelUpdate update = ModelUpdate.newBuilder()
                .setModel(MODEL)
                .setVersion(version)
                .setStatus(ModelStatus.PROMOTED)
                .setCreatedAt(Instant.now())
                .setArtifact(Artifact.newBuilder()
                        .setBytes(onnx.length)
                        .setSha256(Sha256.of(onnx))
                        .setChunks(count)
                        .setFirstChunkOffset((version - 1) * (count + 1L))
                        .build())
                .setNetwork(network)
                .setTraining(Training.newBuilder().build())
                .build();
        send(common.topics().modelUpdates(), MODEL + "/" + version, codec.encode(update));
        producer.commitTransaction();
        return System.nanoTime();
    }

    private void send(String topic, String key, byte[] value) {
        producer.send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value));
    }

    private static Producer<byte[], byte[]> producer(CommonConfig common) {
        var config = common.clientConfig();
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "bench");
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static void print(String what, double[] millis) {
        System.out.printf(
                "  %-36s %6.1f (%.1f to %.1f)%n",
                what, median(millis), Arrays.stream(millis).min().orElse(0), Arrays.stream(millis).max().orElse(0));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
