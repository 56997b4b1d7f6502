package io.rangestream.app.health;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a role's pages over HTTP, for whoever operates it. The JDK's server reads each request in a thread of its own, so there are as many
 * threads as connections; both are bounded, slow requests and slow readers are cut off, and pages other than probes share few places.
 */
public final class HealthServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HealthServer.class);
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int FAILED = 500;
    private static final int CONNECTIONS = 64;
    /** Pages that may take long, such as metrics, are made by so many threads at most: what is left is for probes. */
    private static final int SLOW_PAGES = 4;

    private static final Map<String, String> LIMITS = Map.of(
            "jdk.httpserver.maxConnections", Integer.toString(CONNECTIONS),
            "sun.net.httpserver.maxReqTime", "5",
            "sun.net.httpserver.maxRspTime", "30",
            "sun.net.httpserver.maxReqHeaders", "64",
            "sun.net.httpserver.maxReqHeaderSize", "16384");

    private final HttpServer server;
    private final Semaphore slowPages = new Semaphore(SLOW_PAGES);
    private final ExecutorService threads =
            new ThreadPoolExecutor(1, CONNECTIONS, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> {
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
     * @param probes by path; pages that answer at once
     * @throws ConfigurationException if the port cannot be used
     */
    public static Optional<HealthServer> start(HealthConfig config, Map<String, Page> probes) {
        return config.port() == 0 ? Optional.empty() : Optional.of(listen(config, probes));
    }

    /** With port 0 on any free port. */
    static HealthServer listen(HealthConfig config, Map<String, Page> probes) {
        // The JDK reads its limits from system properties, once; what the operator has set stands.
        LIMITS.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
        try {
            var health = new HealthServer(HttpServer.create(new InetSocketAddress(config.host(), config.port()), 0));
            probes.forEach((path, page) -> health.serve(path, page, false));
            health.server.setExecutor(health.threads);
            health.server.start();
            return health;
        } catch (IOException e) {
            throw new ConfigurationException(
                    "health.port %d cannot be used: %s".formatted(config.port(), e.getMessage()));
        }
    }

    /** Serves a page that may take its time. A page also answers for what lies below its path. */
    public void serve(String path, Page page) {
        serve(path, page, true);
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

    private void serve(String path, Page page, boolean slow) {
        server.createContext(path, exchange -> {
            try (exchange) {
                if (!slow) {
                    send(exchange, answer(exchange, path, page));
                } else if (slowPages.tryAcquire()) {
                    try {
                        send(exchange, answer(exchange, path, page));
                    } finally {
                        slowPages.release();
                    }
                } else {
                    send(exchange, Page.Answer.of(Page.UNAVAILABLE, TEXT, "busy; try again\n"));
                }
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
