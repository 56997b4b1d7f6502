package io.rangestream.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.app.broker.EmbeddedBroker;
import io.rangestream.app.health.HealthConfig;
import io.rangestream.avro.ModelUpdate;
import io.rangestream.learner.config.CheckpointConfig;
import io.rangestream.sampler.config.SamplerConfig;
import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import io.rangestream.schemas.topics.TopicAdmin;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Roles that are started before their broker and go through its outages, in processes of their own. */
class OutageTest {
    @TempDir
    Path directory;

    @Test
    void rolesWaitForTheirBrokerAndTheirTopicsAndGoOnAfterAnOutage() throws Exception {
        goThrough(Duration.ofSeconds(15)); // An outage is noticed within ten.
    }

    /** By name: {@code -Dtest=OutageTest -Dtest.excluded=none}. */
    @Tag("scenario")
    @ParameterizedTest
    @ValueSource(ints = {30, 130, 330, 600})
    void rolesGoOnAfterOutagesOfUpToTenMinutes(int seconds) throws Exception {
        goThrough(Duration.ofSeconds(seconds));
    }

    private void goThrough(Duration outage) throws Exception {
        int port = freePort();
        int healthPort = freePort();
        Settings settings = settings(port);
        CommonConfig common = CommonConfig.from(settings);
        Path data = directory.resolve("kafka");
        try (var sampler =
                        new SamplerProcess(settings.with(HealthConfig.PORT, healthPort), directory.resolve("sampler"));
                var learner = new LearnerProcess(settings, directory.resolve("learner"))) {
            // Given roles that are there first, then their broker, then its topics
            sampler.start();
            learner.start();
            await(List.of(sampler, learner), "cannot reach Kafka at " + common.bootstrapServers() + " since ", 1);
            healthIsServedWhateverIsSentToIt(healthPort, common);
            try (EmbeddedBroker broker = EmbeddedBroker.start(data, port)) {
                await(List.of(sampler, learner), "waiting for topics since ", 1);
                try (var admin = new TopicAdmin(common.clientConfig())) {
                    admin.create(common.topics(), (short) 1);
                }
                WholeWay.ingest(settings, 40, 400);
                WholeWay.await(
                        "a first version", () -> !WholeWay.versions(settings).isEmpty());
            }

            // When the broker is away for a while
            Thread.sleep(outage.toMillis());
            int before;
            try (EmbeddedBroker broker = EmbeddedBroker.start(data, port)) {
                await(List.of(sampler, learner), "Kafka at " + common.bootstrapServers() + " answers again after ", 2);
                before = WholeWay.versions(settings).size();
                WholeWay.ingest(settings, 60, 600); // Of more people, so that not every face is a duplicate.
                WholeWay.await(
                        "another version", () -> WholeWay.versions(settings).size() > before);

                // Then neither has ended, and versions go on without a gap
                assertFalse(sampler.hasEndedByItself(), sampler.log());
                assertFalse(learner.hasEndedByItself(), learner.log());
                List<Long> numbers = WholeWay.versions(settings).stream()
                        .map(ModelUpdate::getVersion)
                        .toList();
                for (int i = 0; i < numbers.size(); i++) {
                    assertEquals(i + 1L, numbers.get(i), numbers.toString());
                }
                for (RoleProcess role : List.of(sampler, learner)) {
                    long warnings = role.log()
                            .lines()
                            .filter(line -> line.contains("WARN"))
                            .count();
                    assertTrue(warnings < 30, role.log());
                    role.stop();
                }
            }
        }
    }

    /** Of a role that waits for its broker: alive, not ready and saying why, however many requests are begun and never ended. */
    private static void healthIsServedWhateverIsSentToIt(int port, CommonConfig common) throws Exception {
        var sockets = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 12; i++) {
                var socket = new Socket("localhost", port);
                sockets.add(socket);
                socket.getOutputStream().write("GET /livez HTTP/1.1\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII));
            }
            assertEquals(200, get(port, "/livez").statusCode());
            HttpResponse<String> ready = get(port, "/readyz");
            assertEquals(503, ready.statusCode());
            assertTrue(
                    ready.body().startsWith("cannot reach Kafka at " + common.bootstrapServers() + " since "),
                    ready.body());
            for (Socket socket : sockets) {
                socket.setSoTimeout(30_000);
                assertEquals(-1, socket.getInputStream().read(), "the server ends what the client does not");
            }
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private static HttpResponse<String> get(int port, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(Duration.ofSeconds(10))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private void await(List<RoleProcess> roles, String line, int times) throws InterruptedException {
        for (RoleProcess role : roles) {
            WholeWay.await(
                    line + " in " + role.log(),
                    () -> role.hasEndedByItself()
                            || role.log().split(java.util.regex.Pattern.quote(line), -1).length > times);
            assertFalse(role.hasEndedByItself(), role.log());
        }
    }

    private Settings settings(int port) {
        Map<String, String> all = new HashMap<>(WholeWay.small(directory));
        all.put(CommonConfig.BOOTSTRAP_SERVERS, "localhost:" + port);
        all.put(CommonConfig.TOPIC_PARTITIONS, "1");
        all.put(CheckpointConfig.DIR, directory.resolve("checkpoints").toString());
        all.put(SamplerConfig.STATE_DIR, directory.resolve("state").toString());
        return Settings.of(all);
    }

    private static int freePort() throws Exception {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
