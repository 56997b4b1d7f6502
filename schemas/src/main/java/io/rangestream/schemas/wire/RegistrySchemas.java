package io.rangestream.schemas.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rangestream.schemas.config.RegistryConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * The schemas of a registry with a Confluent-compatible API, in addition to another source. A schema never changes under
 * its id, so it is asked for once; an id that the registry does not have is asked for at most once a second, so that a
 * flood of bad records does not become a flood of requests. Thread-safe.
 */
public final class RegistrySchemas implements RegistrySource {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(3);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
    /** Below Kafka's max.poll.interval.ms, in which a consumer has to come back. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(500);
    private static final long NANOS_BETWEEN_LOOKS = Duration.ofSeconds(1).toNanos();
    private static final int MAX_REMEMBERED_LOOKS = 10_000;
    /** JSON in JSON takes more than the schema. */
    private static final int MAX_ANSWER_BYTES = 4 * WriterSchema.MAX_CHARS;

    private static final int OK = 200;
    private static final int NOT_FOUND = 404;

    private final SchemaSource fingerprints;
    private final RegistryConfig config;
    private final Duration patience;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT_WITHIN).build();
    private final ObjectMapper json = new ObjectMapper();
    private final Map<Integer, Schema> known = new HashMap<>();
    private final Map<Integer, Long> lastLooks = new HashMap<>();

    RegistrySchemas(SchemaSource fingerprints, RegistryConfig config, Duration patience) {
        this.fingerprints = fingerprints;
        this.config = config;
        this.patience = patience;
    }

    /**
     * A source with the registry's schemas, where one is configured, and as it is where none is.
     *
     * @param fingerprints for records in single-object encoding
     */
    public static SchemaSource with(Optional<RegistryConfig> registry, SchemaSource fingerprints) {
        return registry.<SchemaSource>map(config -> new RegistrySchemas(fingerprints, config, PATIENCE))
                .orElse(fingerprints);
    }

    @Override
    public Optional<Schema> find(long fingerprint) {
        return fingerprints.find(fingerprint);
    }

    @Override
    public synchronized Optional<Schema> findById(int id) {
        Schema schema = known.get(id);
        if (schema == null && mayLook(id)) {
            Optional<Schema> answer = ask(id);
            answer.ifPresent(found -> known.put(id, found));
            return answer;
        }
        return Optional.ofNullable(schema);
    }

    private boolean mayLook(int id) {
        long now = System.nanoTime();
        Long last = lastLooks.get(id);
        if (last != null && now - last < NANOS_BETWEEN_LOOKS) {
            return false;
        }
        if (lastLooks.size() >= MAX_REMEMBERED_LOOKS) {
            lastLooks.clear();
        }
        lastLooks.put(id, now);
        return true;
    }

    /** Asks again for a while if the registry is away or ill; only its 404 means that there is no such schema. */
    private Optional<Schema> ask(int id) {
        URI uri = URI.create("%s/schemas/ids/%d".formatted(config.url(), id));
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            String failure;
            try {
                var body = new ByteArrayOutputStream();
                HttpResponse<Void> response = send(request(uri), body);
                if (response.statusCode() == OK) {
                    return Optional.of(schema(id, body.toByteArray()));
                }
                if (response.statusCode() == NOT_FOUND) {
                    return Optional.empty();
                }
                failure = "HTTP status " + response.statusCode();
            } catch (IOException e) {
                failure = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            }
            if (System.nanoTime() > deadline) {
                lastLooks.remove(id);
                throw new TimeoutException("schema registry %s does not answer: %s".formatted(config.url(), failure));
            }
            pause();
        }
    }

    /** Takes the whole answer within its time; of a longer one than any schema's, no more than shows that it is. */
    private HttpResponse<Void> send(HttpRequest request, ByteArrayOutputStream body) throws IOException {
        HttpResponse.BodyHandler<Void> bounded =
                HttpResponse.BodyHandlers.ofByteArrayConsumer(part -> part.ifPresent(bytes -> {
                    if (body.size() <= MAX_ANSWER_BYTES) {
                        body.writeBytes(bytes);
                    }
                }));
        CompletableFuture<HttpResponse<Void>> answer = client.sendAsync(request, bounded);
        try {
            return answer.get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (java.util.concurrent.TimeoutException e) {
            answer.cancel(true);
            throw new IOException("no whole answer within %d s".formatted(ANSWER_WITHIN.toSeconds()), e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            throw new InterruptException(e);
        }
    }

    private HttpRequest request(URI uri) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(ANSWER_WITHIN)
                .header("Accept", "application/vnd.schemaregistry.v1+json, application/json");
        config.userInfo()
                .ifPresent(info -> request.header(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(info.getBytes(StandardCharsets.UTF_8))));
        return request.build();
    }

    /** @throws UndecodableRecordException if it is no Avro schema, or refers to others */
    private Schema schema(int id, byte[] body) {
        if (body.length > MAX_ANSWER_BYTES) {
            throw new UndecodableRecordException(
                    "schema %d of the registry has more than %d bytes".formatted(id, MAX_ANSWER_BYTES));
        }
        String text;
        try {
            JsonNode answer = json.readTree(body);
            String type = answer.path("schemaType").asText("AVRO");
            if (!type.equals("AVRO")) {
                throw new UndecodableRecordException("schema %d of the registry is %s, not AVRO".formatted(id, type));
            }
            text = answer.path("schema").asText();
        } catch (IOException e) {
            throw new UndecodableRecordException("schema %d of the registry is no JSON".formatted(id), e);
        }
        try {
            return WriterSchema.parse(text);
        } catch (UndecodableRecordException e) {
            throw new UndecodableRecordException(
                    "schema %d of the registry is no Avro schema on its own: %s".formatted(id, e.getMessage()), e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_ATTEMPTS.toMillis());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
