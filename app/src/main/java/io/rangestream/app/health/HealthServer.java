package io.rangestream.app.health;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

/** Serves {@code /livez} and {@code /readyz}: 200 and "ok", or 503 and "no". */
public final class HealthServer implements AutoCloseable {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final HttpServer server;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        var t = new Thread(work, "rangestream-health");
        t.setDaemon(true);
        return t;
    });

    private HealthServer(HttpServer server) {
        this.server = server;
    }

    /**
     * Starts a server, if a port is configured.
     *
     * @throws ConfigurationException if the port cannot be had
     */
    public static Optional<HealthServer> start(HealthConfig config, BooleanSupplier live, BooleanSupplier ready) {
        if (config.port() == 0) {
            return Optional.empty();
        }
        try {
            var health = new HealthServer(HttpServer.create(new InetSocketAddress(config.host(), config.port()), 0));
            health.serve("/livez", live);
            health.serve("/readyz", ready);
            health.server.setExecutor(health.thread);
            health.server.start();
            return Optional.of(health);
        } catch (IOException e) {
            throw new ConfigurationException(
                    "health.port %d cannot be had: %s".formatted(config.port(), e.getMessage()));
        }
    }

    @Override
    public void close() {
        server.stop(0);
        thread.shutdownNow();
    }

    private void serve(String path, BooleanSupplier state) {
        server.createContext(path, exchange -> answer(exchange, state.getAsBoolean()));
    }

    private static void answer(HttpExchange exchange, boolean good) throws IOException {
        try (exchange) {
            byte[] body = (good ? "ok\n" : "no\n").getBytes(StandardCharsets.US_ASCII);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=us-ascii");
            exchange.sendResponseHeaders(good ? OK : UNAVAILABLE, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
