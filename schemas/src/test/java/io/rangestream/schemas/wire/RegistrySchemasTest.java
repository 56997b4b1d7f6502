package io.rangestream.schemas.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.rangestream.avro.Erasure;
import io.rangestream.schemas.config.RegistryConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.errors.RetriableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Records in a registry's framing, against a stub of the Confluent-compatible API. */
class RegistrySchemasTest {
    private static final Erasure RECORD = new Erasure("0_0", 3L, "ann", 7L, 2L, -1, -1);

    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final List<String> authorizations = Collections.synchronizedList(new ArrayList<>());
    private volatile int failures;
    private HttpServer registry;

    @BeforeEach
    void start() throws IOException {
        String schema = new ObjectMapper()
                .writeValueAsString(Map.of("schema", Erasure.getClassSchema().toString()));
        var answers = Map.of(
                "/api/schemas/ids/7",
                schema,
                "/api/schemas/ids/8",
                "{\"schemaType\": \"PROTOBUF\", \"schema\": \"x\"}");
        registry = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        registry.createContext("/", exchange -> {
            try (exchange) {
                String path = exchange.getRequestURI().getPath();
                requests.add(path);
                authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
                byte[] body = answers.getOrDefault(path, "{}").getBytes(StandardCharsets.UTF_8);
                int status = failures-- > 0 ? 503 : answers.containsKey(path) ? 200 : 404;
                exchange.sendResponseHeaders(status, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        registry.start();
    }

    @AfterEach
    void stop() {
        registry.stop(0);
    }

    @Test
    void aFramedRecordIsReadAndItsSchemaAskedForOnce() {
        RecordCodec codec = codec(Duration.ofSeconds(5));

        assertEquals(RECORD, codec.decode(framed(7)));
        assertEquals(RECORD, codec.decode(framed(7)));

        assertEquals(List.of("/api/schemas/ids/7"), requests);
        assertEquals(
                "Basic " + Base64.getEncoder().encodeToString("user:secret".getBytes(StandardCharsets.UTF_8)),
                authorizations.get(0));
    }

    @Test
    void singleObjectEncodingIsReadAsEver() {
        RecordCodec codec = codec(Duration.ofSeconds(5));

        assertEquals(RECORD, codec.decode(codec.encode(RECORD)));
        assertEquals(List.of(), requests);
    }

    @Test
    void anIdThatTheRegistryDoesNotHaveIsTheRecordsFault() {
        RecordCodec codec = codec(Duration.ofSeconds(5));

        var unknown = assertThrows(UndecodableRecordException.class, () -> codec.decode(framed(9)));
        assertThrows(UndecodableRecordException.class, () -> codec.decode(framed(9)));
        var otherType = assertThrows(UndecodableRecordException.class, () -> codec.decode(framed(8)));

        assertEquals("the registry has no schema of id 9", unknown.getMessage());
        assertEquals("schema 8 of the registry is PROTOBUF, not AVRO", otherType.getMessage());
        assertEquals(List.of("/api/schemas/ids/9", "/api/schemas/ids/8"), requests, "a flood is no flood of requests");
    }

    @Test
    void aRegistryThatIsIllIsAskedAgain() {
        failures = 1;

        assertEquals(RECORD, codec(Duration.ofSeconds(20)).decode(framed(7)));
    }

    @Test
    void aRegistryThatStaysAwayIsNotTheRecordsFault() {
        registry.stop(0);

        var e = assertThrows(
                RetriableException.class, () -> codec(Duration.ZERO).decode(framed(7)));

        assertTrue(e.getMessage().startsWith("schema registry http://localhost:"), e.getMessage());
    }

    @Test
    void withoutARegistryItsFramingIsRefusedAsEver() {
        var codec = new RecordCodec(
                List.of(Erasure.getClassSchema()), RegistrySchemas.with(Optional.empty(), SchemaSource.NONE));

        var e = assertThrows(UndecodableRecordException.class, () -> codec.decode(framed(7)));

        assertTrue(e.getMessage().startsWith("not Avro single-object encoding"), e.getMessage());
    }

    private RecordCodec codec(Duration patience) {
        URI url = URI.create(
                "http://localhost:%d/api".formatted(registry.getAddress().getPort()));
        return new RecordCodec(
                List.of(Erasure.getClassSchema()),
                new RegistrySchemas(SchemaSource.NONE, new RegistryConfig(url, Optional.of("user:secret")), patience));
    }

    /** As Confluent's serializer writes it: a zero byte, the id, the record. */
    private static byte[] framed(int id) {
        byte[] encoded = new RecordCodec(List.of(), SchemaSource.NONE).encode(RECORD);
        byte[] record = Arrays.copyOfRange(encoded, Fingerprint.HEADER_BYTES, encoded.length);
        return ByteBuffer.allocate(5 + record.length)
                .put((byte) 0)
                .putInt(id)
                .put(record)
                .array();
    }
}
