package io.rangestream.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;

/** {@code rangestream broker} in a JVM of its own, on one port and one folder however often it is killed and started. */
final class BrokerProcess extends RoleProcess {
    private final int port;

    /** @param directory of its data and its log; kept when it is killed */
    BrokerProcess(int port, Path directory) throws IOException {
        super(
                "broker",
                List.of(
                        "--port",
                        Integer.toString(port),
                        "--data",
                        directory.resolve("data").toString()),
                directory.resolve("log"),
                "-Xmx512m");
        this.port = port;
    }

    String bootstrapServers() {
        return "localhost:" + port;
    }

    void startAndAwait() throws IOException, InterruptedException {
        start();
        WholeWay.await("the broker listens", () -> {
            if (hasEndedByItself()) {
                throw new AssertionError("the broker has ended: " + log());
            }
            return listens();
        });
    }

    private boolean listens() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }
}
