package io.rangestream.app.broker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/**
 * A single KRaft node, broker and controller in one, on the loopback interface. The broker is Kafka's own; only its
 * settings are small.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private final KafkaRaftServer server;
    private final int port;

    private EmbeddedBroker(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /**
     * Starts a broker.
     *
     * @param data folder of its logs; formatted if it is empty, continued if it is not
     * @param port port to listen on; 0 for any free one
     * @throws IllegalStateException in one line, if it cannot start
     */
    public static EmbeddedBroker start(Path data, int port) {
        return start(data, port, Map.of());
    }

    /**
     * As {@link #start(Path, int)}.
     *
     * @param settings of the broker, which go before ours
     */
    public static EmbeddedBroker start(Path data, int port, Map<String, String> settings) {
        int listen = port == 0 ? freePort() : port;
        Properties properties = properties(data, listen, freePort());
        properties.putAll(settings);
        format(data, properties);
        KafkaRaftServer server;
        try {
            server = new KafkaRaftServer(new KafkaConfig(properties), Time.SYSTEM);
        } catch (RuntimeException e) {
            throw failure(data, listen, e);
        }
        try {
            server.startup();
        } catch (RuntimeException e) {
            server.shutdown();
            throw failure(data, listen, e);
        }
        return new EmbeddedBroker(server, listen);
    }

    private static IllegalStateException failure(Path data, int port, RuntimeException e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return new IllegalStateException(
                "the broker cannot start on port %d with the data in %s: %s".formatted(port, data, root.getMessage()),
                e);
    }

    /** host:port for clients. */
    public String bootstrapServers() {
        return "localhost:" + port;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    /** Deletes a folder and all that is in it. */
    public static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Properties properties(Path data, int port, int controllerPort) {
        var p = new Properties();
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", "1");
        p.setProperty("controller.quorum.voters", "1@localhost:" + controllerPort);
        p.setProperty(
                "listeners", "PLAINTEXT://localhost:%d,CONTROLLER://localhost:%d".formatted(port, controllerPort));
        p.setProperty("advertised.listeners", "PLAINTEXT://localhost:" + port);
        p.setProperty("controller.listener.names", "CONTROLLER");
        p.setProperty("inter.broker.listener.name", "PLAINTEXT");
        p.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.setProperty("log.dirs", data.resolve("logs").toString());
        p.setProperty("auto.create.topics.enable", "false");
        p.setProperty("default.replication.factor", "1");
        p.setProperty("offsets.topic.replication.factor", "1");
        p.setProperty("offsets.topic.num.partitions", "1");
        p.setProperty("transaction.state.log.replication.factor", "1");
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("transaction.state.log.num.partitions", "1");
        p.setProperty("share.coordinator.state.topic.replication.factor", "1");
        p.setProperty("share.coordinator.state.topic.min.isr", "1");
        p.setProperty("share.coordinator.state.topic.num.partitions", "1");
        p.setProperty("group.initial.rebalance.delay.ms", "0");
        p.setProperty("num.network.threads", "2");
        p.setProperty("num.io.threads", "2");
        p.setProperty("log.cleaner.dedupe.buffer.size", "4194304");
        p.setProperty("log.cleaner.io.buffer.size", "1048576");
        p.setProperty("controlled.shutdown.enable", "false");
        // One node has nobody to wait for.
        p.setProperty("log.initial.task.delay.ms", "500");
        return p;
    }

    /** Formatting again is only possible with the cluster id that the folder has. */
    private static String clusterId(Path data) throws IOException {
        Path meta = data.resolve("logs").resolve("meta.properties");
        if (!Files.exists(meta)) {
            return Uuid.randomUuid().toString();
        }
        var properties = new Properties();
        try (var reader = Files.newBufferedReader(meta)) {
            properties.load(reader);
        } catch (IllegalArgumentException e) {
            throw new IOException("%s is damaged".formatted(meta), e);
        }
        String id = properties.getProperty("cluster.id");
        if (id == null) {
            throw new IOException("%s holds no cluster.id".formatted(meta));
        }
        return id;
    }

    private static void format(Path data, Properties properties) {
        try {
            Files.createDirectories(data.resolve("logs"));
            Path file = data.resolve("server.properties");
            try (Writer writer = Files.newBufferedWriter(file)) {
                properties.store(writer, null);
            }
            var output = new ByteArrayOutputStream();
            int exit = StorageTool.execute(
                    new String[] {
                        "format", "--ignore-formatted", "--cluster-id", clusterId(data), "--config", file.toString()
                    },
                    new PrintStream(output, true, StandardCharsets.UTF_8));
            if (exit != 0) {
                throw new IllegalStateException("%s cannot be formatted for Kafka: %s"
                        .formatted(data, output.toString(StandardCharsets.UTF_8).strip()));
            }
        } catch (IOException e) {
            throw new IllegalStateException(
                    "the broker's folder %s cannot be used: %s".formatted(data, e.getMessage()), e);
        }
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException("no free port on the loopback interface: " + e.getMessage(), e);
        }
    }
}
