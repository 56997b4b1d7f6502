package io.rangestream.bench.sampler;

import io.rangestream.app.RangeStream;
import io.rangestream.app.broker.EmbeddedBroker;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.topics.TopicAdmin;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A broker in a process of its own with a temporary folder, both gone when it is closed. */
final class BrokerProcess implements AutoCloseable {
    private static final Duration START_WITHIN = Duration.ofSeconds(60);

    private final Process process;
    private final int port;
    private final Path directory;

    private BrokerProcess(Process process, int port, Path directory) {
        this.process = process;
        this.port = port;
        this.directory = directory;
    }

    static BrokerProcess start() throws IOException, InterruptedException {
        int port = freePort();
        Path directory = Files.createTempDirectory("rangestream-bench-");
        Process process = java(
                        "-Xmx1g",
                        RangeStream.class.getName(),
                        "broker",
                        "--port",
                        Integer.toString(port),
                        "--data",
                        directory.resolve("broker").toString())
                .start();
        var broker = new BrokerProcess(process, port, directory);
        broker.awaitListening();
        return broker;
    }

    /** A Java process with this one's class path, whose output goes where this one's errors go. */
    static ProcessBuilder java(String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectOutput(Redirect.DISCARD).redirectError(Redirect.INHERIT);
    }

    /** A folder that is deleted at the end. */
    Path directory() {
        return directory;
    }

    String bootstrapServers() {
        return "localhost:" + port;
    }

    /** Settings with topics of their own; the topics exist. */
    Settings settings(String prefix, int partitions, Map<String, String> more) {
        var values = new HashMap<>(more);
        values.put(CommonConfig.BOOTSTRAP_SERVERS, bootstrapServers());
        values.put(CommonConfig.TOPIC_PREFIX, prefix);
        values.put(CommonConfig.TOPIC_PARTITIONS, Integer.toString(partitions));
        Settings settings = Settings.of(values);
        CommonConfig common = CommonConfig.from(settings);
        try (var admin = new TopicAdmin(common.clientConfig())) {
            admin.create(common.topics(), (short) 1);
        }
        return settings;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        EmbeddedBroker.delete(directory);
    }

    private void awaitListening() throws InterruptedException {
        long deadline = System.nanoTime() + START_WITHIN.toNanos();
        while (true) {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException notYet) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IllegalStateException("the broker does not start", notYet);
                }
                Thread.sleep(100);
            }
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
