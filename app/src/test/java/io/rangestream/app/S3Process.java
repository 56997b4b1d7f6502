package io.rangestream.app;

import io.rangestream.schemas.storage.StorageConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.Map;

/** The stand-in for S3 that the tests of {@code schemas} have, as a program of its own, started from its source. */
final class S3Process implements AutoCloseable {
    /** Its only bucket. */
    static final String BUCKET = "models";

    private static final Path SOURCE =
            Path.of("..", "schemas", "src", "test", "java", "io", "rangestream", "schemas", "storage", "FakeS3.java");

    private final Process process;
    private final String endpoint;

    S3Process() throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), SOURCE.toString())
                .redirectError(Redirect.INHERIT)
                .start();
        BufferedReader output = process.inputReader();
        String line = output.readLine();
        if (line == null) {
            throw new IOException("%s does not run".formatted(SOURCE));
        }
        endpoint = line;
    }

    /** How its store is reached, with the key and region that it accepts. */
    Map<String, String> settings() {
        return Map.of(
                StorageConfig.ENDPOINT, endpoint,
                StorageConfig.REGION, "eu-central-1",
                StorageConfig.PATH_STYLE, "true",
                StorageConfig.ACCESS_KEY, "test-access-key",
                StorageConfig.SECRET_KEY, "test-secret-key");
    }

    @Override
    public void close() {
        process.destroy();
    }
}
