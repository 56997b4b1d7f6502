package io.rangestream.schemas.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.rangestream.schemas.config.CommonConfig;
import io.rangestream.schemas.config.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class BrokerConnectionTest {
    @Test
    void aRefusedConnectionIsToldWithItsAddressAndSinceWhen() throws IOException {
        int port = freePort();
        var e = assertThrows(
                BrokerUnreachableException.class, () -> BrokerConnection.ofCommand(common("localhost:" + port, "0"))
                        .await());
        assertTrue(
                e.getMessage()
                        .matches(
                                ("cannot reach Kafka at localhost:%d since [-0-9T:]+Z: localhost:%d refuses connections; "
                                                + "given up after 0 s")
                                        .formatted(port, port)),
                e.getMessage());
    }

    @Test
    void aNameThatDoesNotResolveIsWaitedForAndNamed() {
        var e = assertThrows(BrokerUnreachableException.class, () -> BrokerConnection.ofCommand(
                        common("no-such-host.invalid:9092", "0"))
                .await());
        assertTrue(e.getMessage().contains("the name no-such-host.invalid does not resolve"), e.getMessage());
    }

    @Test
    void aTlsPortSpokenToInPlaintextIsToldAtOnce() throws IOException {
        // Given a server that answers whatever it is told with a TLS alert, as TLS servers answer a client they cannot
        // serve
        try (var server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            var answering = new Thread(() -> answerWithAlerts(server), "tls-like");
            answering.setDaemon(true);
            answering.start();

            var e = assertThrows(KafkaException.class, () -> BrokerConnection.ofRole(
                            common("localhost:" + server.getLocalPort(), "-1"), () -> false)
                    .call(() -> {
                        throw new TimeoutException("no node");
                    }));
            assertTrue(e.getMessage().contains("speaks TLS: set kafka.security.protocol"), e.getMessage());
        }
    }

    @Test
    void whatTimeCuresIsTriedAgainAndWhatItDoesNotIsToldAtOnce() throws IOException {
        CommonConfig common = common("localhost:" + freePort(), "-1");
        var tries = new AtomicInteger();
        assertEquals("done", BrokerConnection.ofRole(common, () -> false).call(() -> {
            if (tries.incrementAndGet() < 3) {
                throw new TimeoutException("late");
            }
            return "done";
        }));
        assertEquals(3, tries.get());

        var e = assertThrows(KafkaException.class, () -> BrokerConnection.ofRole(common, () -> false)
                .call(() -> {
                    throw new SaslAuthenticationException("no such user");
                }));
        assertEquals(
                "Kafka at %s: authentication failed: no such user".formatted(common.bootstrapServers()),
                e.getMessage());
    }

    @Test
    void aRoleThatIsStoppedWaitsNoLonger() throws IOException {
        var role = BrokerConnection.ofRole(common("localhost:" + freePort(), "-1"), () -> true);
        assertThrows(CancellationException.class, role::await);
    }

    private static void answerWithAlerts(ServerSocket server) {
        while (true) {
            try (Socket socket = server.accept()) {
                if (socket.getInputStream().read() >= 0) {
                    socket.getOutputStream().write(new byte[] {0x15, 3, 3, 0, 2, 2, 40});
                    socket.getOutputStream().flush();
                }
            } catch (IOException closed) {
                if (server.isClosed()) {
                    return;
                }
            }
        }
    }

    private static CommonConfig common(String brokers, String wait) {
        return CommonConfig.from(
                Settings.of(Map.of(CommonConfig.BOOTSTRAP_SERVERS, brokers, CommonConfig.BROKER_WAIT, wait)));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
