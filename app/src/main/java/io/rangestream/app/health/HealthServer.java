package io.rangestream.app.health;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves a role's pages over HTTP, for whoever operates it. */
public final class HealthServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HealthServer.class);
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int FAILED = 500;
    /** So that a slow page keeps nobody from learning that the role is live. */
    private static final int THREADS = 3;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, work -> {
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
     * @param pages by path; a page also answers for what lies below its path
     * @throws ConfigurationException if the port cannot be had
     */
    public static Optional<HealthServer> start(HealthConfig config, Map<String, Page> pages) {
        return config.port() == 0 ? Optional.empty() : Optional.of(listen(config, pages));
    }

    /** With port 0 on any free port. */
    static HealthServer listen(HealthConfig config, Map<String, Page> pages) {
        try {
            var health = new HealthServer(HttpServer.create(new InetSocketAddress(config.host(), config.port()), 0));
            pages.forEach(health::serve);
            health.server.setExecutor(health.threads);
            health.server.start();
            return health;
        } catch (IOException e) {
            throw new ConfigurationException(
                    "health.port %d cannot be had: %s".formatted(config.port(), e.getMessage()));
        }
    }

    /** The port it listens on. */
    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(String path, Page page) {
        server.createContext(path, exchange -> {
            try (exchange) {
                send(exchange, answer(exchange, path, page));
            }
        });
    }

    private static Page.Answer answer(HttpExchange exchange, String path, Page page) {
        if (!exchange.getRequestMethod().equals("GET")) {
            return Page.Answer.of(METHOD_NOT_ALLOWED, TEXT, "only GET\n");
        }
        String rest = exchange.getRequestURI().getPath().substring(path.length());
        if (!rest.isEmpty() && !rest.startsWith("/")) {
            return Page.Answer.of(NOT_FOUND, TEXT, "no such page\n");
        }
        try {
            return page.get(rest);
        } catch (RuntimeException e) {
            log.warn("{} could not be answered: {}", path, e.toString());
            log.debug("{} could not be answered", path, e);
            return Page.Answer.of(FAILED, TEXT, "failed; the log says why\n");
        }
    }

    private static void send(HttpExchange exchange, Page.Answer answer) throws IOException {
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
        exchange.getResponseBody().write(answer.body());
    }
}
