package io.rangestream.schemas.broker;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** Finds out by plain sockets why a Kafka client gets no answer, which the client itself does not tell. */
final class BrokerProbe {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int TLS_ALERT = 0x15;
    private static final int TLS_HANDSHAKE = 0x16;

    private BrokerProbe() {}

    /**
     * What was found.
     *
     * @param text in a few words
     * @param connected whether a connection could be made, so that the client may know more
     * @param mayPass whether time may cure it
     */
    record Finding(String text, boolean connected, boolean mayPass) {
        Finding but(String further) {
            return new Finding("%s, but %s".formatted(text, further), connected, mayPass);
        }
    }

    /**
     * Looks at every bootstrap server.
     *
     * @param plaintext whether the client speaks without TLS
     */
    static Finding look(String bootstrapServers, boolean plaintext) {
        List<Finding> findings = new ArrayList<>();
        for (String server : bootstrapServers.split(",")) {
            findings.add(lookAt(server.strip(), plaintext));
        }
        return new Finding(
                String.join(
                        "; ", findings.stream().map(Finding::text).distinct().toList()),
                findings.stream().anyMatch(Finding::connected),
                findings.stream().anyMatch(Finding::mayPass));
    }

    /** Whether some bootstrap server accepts a connection, which sockets tell long before a client's time is up. */
    static boolean connects(String bootstrapServers) {
        return look(bootstrapServers, false).connected();
    }

    private static Finding lookAt(String server, boolean plaintext) {
        int colon = server.lastIndexOf(':');
        String port = server.substring(colon + 1);
        if (colon < 1 || !port.matches("[0-9]{1,5}")) {
            return new Finding("'%s' is not HOST:PORT".formatted(server), false, false);
        }
        String host = server.substring(0, colon).replaceAll("^.*://|[\\[\\]]", "");
        var address = new InetSocketAddress(host, Math.min(65_535, Integer.parseInt(port)));
        if (address.isUnresolved()) {
            return new Finding("the name %s does not resolve".formatted(host), false, true);
        }
        try (var socket = new Socket()) {
            socket.connect(address, (int) PATIENCE.toMillis());
            socket.setSoTimeout((int) PATIENCE.toMillis());
            if (plaintext && answersTls(socket)) {
                return new Finding(
                        "%s speaks TLS: set kafka.security.protocol to SSL or SASL_SSL".formatted(server), true, false);
            }
            return new Finding("%s accepts connections".formatted(server), true, true);
        } catch (ConnectException e) {
            return new Finding("%s refuses connections".formatted(server), false, true);
        } catch (SocketTimeoutException e) {
            return new Finding("%s does not answer".formatted(server), false, true);
        } catch (IOException e) {
            return new Finding("%s: %s".formatted(server, e.getMessage()), false, true);
        }
    }

    /** Whether a ClientHello is answered by a TLS record. */
    private static boolean answersTls(Socket socket) {
        try {
            SSLEngine engine = SSLContext.getDefault().createSSLEngine();
            engine.setUseClientMode(true);
            ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            engine.wrap(ByteBuffer.allocate(0), hello);
            socket.getOutputStream().write(hello.array(), 0, hello.position());
            InputStream in = socket.getInputStream();
            int first = in.read();
            return first == TLS_HANDSHAKE || first == TLS_ALERT;
        } catch (IOException | GeneralSecurityException e) {
            return false; // It does not.
        }
    }
}
