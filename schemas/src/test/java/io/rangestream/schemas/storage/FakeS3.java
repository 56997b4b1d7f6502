package io.rangestream.schemas.storage;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.Executors;

/**
 * The part of S3 that a store needs, over HTTP: PUT, GET, HEAD, DELETE and listing in pages of two, path-style. Refuses what Amazon's
 * would refuse: unsigned requests, another key, region or service, and content that does not fit its checksum. It needs the JDK alone and can be
 * run as a program from its source, which is how tests of other modules have it.
 */
final class FakeS3 implements AutoCloseable {
    static final String BUCKET = "models";
    static final String ACCESS = "test-access-key";
    static final String SECRET = "test-secret-key";
    private static final int PAGE = 2;

    private final HttpServer server;
    private final Map<String, byte[]> objects = Collections.synchronizedMap(new TreeMap<>());
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final Queue<Fault> faults = new ArrayDeque<>();

    /** An answer instead of the one that is due. */
    private record Fault(int status, String code) {}

    FakeS3() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", this::handle);
        server.start();
    }

    /** Serves until its input ends; its first line of output is the endpoint. */
    public static void main(String[] args) throws IOException {
        try (var s3 = new FakeS3()) {
            System.out.println(s3.endpoint());
            System.in.transferTo(OutputStream.nullOutputStream());
        }
        System.exit(0);
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    Map<String, byte[]> objects() {
        return objects;
    }

    /** Methods and paths of what was asked, in order. */
    List<String> requests() {
        return requests;
    }

    /** Answers the next request with an error. */
    synchronized void failNext(int status, String code) {
        faults.add(new Fault(status, code));
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private synchronized Fault nextFault() {
        return faults.poll();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.add(
                    exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
            byte[] body = exchange.getRequestBody().readAllBytes();
            Fault fault = nextFault();
            if (fault != null) {
                error(exchange, fault.status(), fault.code());
            } else if (!isSigned(exchange)) {
                error(exchange, 403, "SignatureDoesNotMatch");
            } else {
                answer(exchange, body);
            }
        }
    }

    private void answer(HttpExchange exchange, byte[] body) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String root = "/" + BUCKET;
        if (!path.equals(root) && !path.startsWith(root + "/")) {
            error(exchange, 404, "NoSuchBucket");
            return;
        }
        String key = path.length() > root.length() + 1 ? path.substring(root.length() + 1) : "";
        switch (exchange.getRequestMethod()) {
            case "PUT" -> put(exchange, key, body);
            case "GET" -> {
                if (key.isEmpty()) {
                    list(exchange);
                } else {
                    get(exchange, key);
                }
            }
            case "HEAD" -> exchange.sendResponseHeaders(objects.containsKey(key) ? 200 : 404, -1);
            case "DELETE" -> {
                objects.remove(key);
                exchange.sendResponseHeaders(204, -1);
            }
            default -> error(exchange, 405, "MethodNotAllowed");
        }
    }

    private void put(HttpExchange exchange, String key, byte[] body) throws IOException {
        String checksum = exchange.getRequestHeaders().getFirst("x-amz-checksum-sha256");
        String encoding = exchange.getRequestHeaders().getFirst("Content-Encoding");
        if (encoding != null) {
            error(exchange, 501, "NotImplemented");
        } else if (!base64Sha256(body).equals(checksum)) {
            error(exchange, 400, "BadDigest");
        } else {
            objects.put(key, body);
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private void get(HttpExchange exchange, String key) throws IOException {
        byte[] object = objects.get(key);
        if (object == null) {
            error(exchange, 404, "NoSuchKey");
            return;
        }
        exchange.sendResponseHeaders(200, object.length == 0 ? -1 : object.length);
        exchange.getResponseBody().write(object);
    }

    private void list(HttpExchange exchange) throws IOException {
        Map<String, String> query = query(exchange);
        String prefix = query.getOrDefault("prefix", "");
        String after = query.getOrDefault("continuation-token", "");
        List<String> keys = objects.keySet().stream()
                .filter(key -> key.startsWith(prefix) && key.compareTo(after) > 0)
                .toList();
        List<String> page = keys.subList(0, Math.min(PAGE, keys.size()));
        boolean more = keys.size() > page.size();
        var xml = new StringBuilder("<ListBucketResult><IsTruncated>" + more + "</IsTruncated>");
        page.forEach(key -> xml.append("<Contents><Key>").append(key).append("</Key></Contents>"));
        if (more) {
            xml.append("<NextContinuationToken>")
                    .append(page.get(page.size() - 1))
                    .append("</NextContinuationToken>");
        }
        send(exchange, 200, xml.append("</ListBucketResult>").toString());
    }

    private static boolean isSigned(HttpExchange exchange) {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        return authorization != null
                && authorization.matches("AWS4-HMAC-SHA256 Credential=" + ACCESS
                        + "/[0-9]{8}/eu-central-1/s3/aws4_request,.*SignedHeaders=.*, ?Signature=[0-9a-f]{64}");
    }

    private static Map<String, String> query(HttpExchange exchange) {
        var query = new TreeMap<String, String>();
        Arrays.stream(exchange.getRequestURI().getRawQuery().split("&")).forEach(pair -> {
            String[] parts = pair.split("=", 2);
            query.put(parts[0], URLDecoder.decode(parts.length > 1 ? parts[1] : "", StandardCharsets.UTF_8));
        });
        return query;
    }

    private static void error(HttpExchange exchange, int status, String code) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        send(exchange, status, "<Error><Code>%s</Code><Message>of the test</Message></Error>".formatted(code));
    }

    private static void send(HttpExchange exchange, int status, String xml) throws IOException {
        byte[] bytes = xml.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/xml");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static String base64Sha256(byte[] bytes) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
