package io.rangestream.app.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Counter;
import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class HealthServerTest {
    private static final HealthConfig ANY_PORT = new HealthConfig("localhost", 0, "");
    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void aCheckFollowsTheRole() throws Exception {
        var ready = new AtomicBoolean();
        Page page =
                Page.objecting(() -> ready.get() ? Optional.empty() : Optional.of("buffers are restored"), List::of);
        try (var server = HealthServer.listen(ANY_PORT, Map.of("/readyz", page))) {
            assertEquals("buffers are restored\n", get(server, "/readyz").body());
            assertEquals(503, get(server, "/readyz").statusCode());
            ready.set(true);
            assertEquals(200, get(server, "/readyz").statusCode());
        }
    }

    @Test
    void metricsOfTheJvmAndOfTheRoleAreInPrometheusText() throws Exception {
        try (var metrics = new Metrics(registry -> Counter.builder("rangestream.test.things")
                        .register(registry)
                        .increment(3));
                var server = HealthServer.listen(ANY_PORT, Map.of("/metrics", metrics))) {
            HttpResponse<String> response = get(server, "/metrics");

            assertEquals(200, response.statusCode());
            assertTrue(
                    response.headers().firstValue("Content-Type").orElse("").startsWith("text/plain; version=0.0.4"));
            assertTrue(response.body().contains("\nrangestream_test_things_total 3.0\n"), response.body());
            assertTrue(response.body().contains("jvm_memory_used_bytes{"), response.body());
        }
    }

    @Test
    void aSlowPageKeepsNobodyFromLearningThatTheRoleLives() throws Exception {
        var slow = new CountDownLatch(1);
        Page waiting = rest -> {
            try {
                slow.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Page.Answer.of(200, "text/plain", "at last");
        };
        try (var server = HealthServer.listen(ANY_PORT, Map.of("/livez", Page.check(() -> true)))) {
            server.serve("/slow", waiting);
            // As many as are made at once, and more: those are sent away
            var pending = new ArrayList<CompletableFuture<HttpResponse<String>>>();
            for (int i = 0; i < 6; i++) {
                pending.add(client.sendAsync(request(server, "/slow"), HttpResponse.BodyHandlers.ofString()));
            }
            assertEquals(200, get(server, "/livez").statusCode());
            while (pending.stream().filter(CompletableFuture::isDone).count() < 2) {
                Thread.sleep(10);
            }
            slow.countDown();
            var answers = new ArrayList<Integer>();
            for (var one : pending) {
                answers.add(one.get().statusCode());
            }
            assertEquals(
                    List.of(200, 200, 200, 200, 503, 503),
                    answers.stream().sorted().toList());
        }
    }

    @Test
    void requestsThatNeverEndStallNoProbe() throws Exception {
        var sockets = new ArrayList<Socket>();
        try (var server = HealthServer.listen(ANY_PORT, Map.of("/livez", Page.check(() -> true)))) {
            for (int i = 0; i < 12; i++) {
                var socket = new Socket("localhost", server.port());
                sockets.add(socket);
                socket.getOutputStream()
                        .write("GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII));
            }

            assertEquals(200, get(server, "/livez").statusCode());
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void requestsWithoutBoundAreRefused() throws Exception {
        try (var server = HealthServer.listen(ANY_PORT, Map.of("/livez", Page.check(() -> true)));
                var socket = new Socket("localhost", server.port())) {
            socket.setSoTimeout(20_000);
            var line = "X-Long: %s\r\n".formatted("x".repeat(1000)).getBytes(StandardCharsets.US_ASCII);
            socket.getOutputStream().write("GET /livez HTTP/1.1\r\nHost: x\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThrows(IOException.class, () -> {
                for (int i = 0; i < 100_000; i++) {
                    socket.getOutputStream().write(line);
                }
            });
            assertEquals(200, get(server, "/livez").statusCode());
        }
    }

    @Test
    void aPageThatFailsAndAPathThatIsNoneAreToldByTheirStatus() throws Exception {
        Page failing = rest -> {
            throw new IllegalStateException("broken");
        };
        try (var server = HealthServer.listen(ANY_PORT, Map.of("/page", failing))) {
            assertEquals(500, get(server, "/page").statusCode());
            assertEquals(404, get(server, "/pages").statusCode());
            assertEquals(404, get(server, "/other").statusCode());
        }
    }

    @Test
    void aPortThatIsTakenIsToldInOneLine() {
        try (var server = HealthServer.listen(ANY_PORT, Map.of())) {
            var taken = new HealthConfig("localhost", server.port(), "");
            var e = assertThrows(ConfigurationException.class, () -> HealthServer.listen(taken, Map.of()));
            assertTrue(e.getMessage().startsWith("health.port " + server.port() + " cannot be used"), e.getMessage());
        }
    }

    private HttpResponse<String> get(HealthServer server, String path) throws IOException, InterruptedException {
        return client.send(request(server, path), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest request(HealthServer server, String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path))
                .build();
    }
}
