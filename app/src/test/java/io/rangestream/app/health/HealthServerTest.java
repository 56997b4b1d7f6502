package io.rangestream.app.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Counter;
import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class HealthServerTest {
    private static final HealthConfig ANY_PORT = new HealthConfig("localhost", 0, "");
    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void aCheckFollowsTheRole() throws Exception {
        var ready = new AtomicBoolean();
        try (var server = HealthServer.listen(ANY_PORT, Map.of("/readyz", Page.check(ready::get)))) {
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
        try (var server = HealthServer.listen(ANY_PORT, Map.of("/slow", waiting, "/livez", Page.check(() -> true)))) {
            var pending = client.sendAsync(request(server, "/slow"), HttpResponse.BodyHandlers.ofString());
            assertEquals(200, get(server, "/livez").statusCode());
            slow.countDown();
            assertEquals("at last", pending.get().body());
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
            assertTrue(e.getMessage().startsWith("health.port " + server.port() + " cannot be had"), e.getMessage());
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
