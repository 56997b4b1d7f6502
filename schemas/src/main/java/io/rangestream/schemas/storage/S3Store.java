package io.rangestream.schemas.storage;

import io.rangestream.schemas.config.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Objects of an S3-compatible store. The store itself verifies the SHA-256 of what it is given. What may pass (an answer of the
 * 500s, a connection refused) is tried three times.
 */
final class S3Store implements ObjectStore {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration SILENCE_TIMEOUT = Duration.ofSeconds(30);
    private static final int ATTEMPTS = 3;
    private static final int NOT_FOUND = 404;

    private final S3Client client;
    private final String bucket;
    private final String prefix;

    private S3Store(S3Client client, String bucket, String prefix) {
        this.client = client;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    /** @throws ConfigurationException if the location names no bucket, or no region can be found */
    static S3Store open(URI location, StorageConfig config) {
        String bucket = location.getHost();
        if (bucket == null || location.getQuery() != null || location.getFragment() != null) {
            throw new ConfigurationException("'%s' is not of the form s3://bucket/prefix".formatted(location));
        }
        String path = location.getPath().replaceAll("^/+|/+$", "");
        try {
            return new S3Store(client(config), bucket, path.isEmpty() ? "" : path + "/");
        } catch (SdkException e) {
            throw new ConfigurationException("'%s' cannot be used: %s".formatted(location, reason(e)));
        }
    }

    @Override
    public URI uri(String name) {
        return URI.create("s3://%s/%s".formatted(bucket, key(name)));
    }

    @Override
    public void put(String name, ObjectContent content) throws IOException {
        String checksum = Base64.getEncoder().encodeToString(HexFormat.of().parseHex(content.sha256()));
        RequestBody body = RequestBody.fromContentProvider(
                () -> opened(content.source()), content.length(), "application/octet-stream");
        try {
            client.putObject(request -> request.bucket(bucket).key(key(name)).checksumSHA256(checksum), body);
        } catch (SdkException e) {
            throw failure(name, "cannot be written", e);
        } catch (UncheckedIOException e) {
            throw new IOException("%s cannot be written: %s".formatted(uri(name), e.getMessage()), e);
        }
    }

    @Override
    public InputStream open(String name) throws IOException {
        try {
            return client.getObject(request -> request.bucket(bucket).key(key(name)));
        } catch (SdkException e) {
            throw isNotFound(e) ? new ObjectNotFoundException(uri(name)) : failure(name, "cannot be read", e);
        }
    }

    @Override
    public boolean exists(String name) throws IOException {
        try {
            client.headObject(request -> request.bucket(bucket).key(key(name)));
            return true;
        } catch (SdkException e) {
            if (isNotFound(e)) {
                return false;
            }
            throw failure(name, "cannot be looked at", e);
        }
    }

    @Override
    public void delete(String name) throws IOException {
        try {
            client.deleteObject(request -> request.bucket(bucket).key(key(name)));
        } catch (SdkException e) {
            throw failure(name, "cannot be deleted", e);
        }
    }

    @Override
    public List<String> list(String namePrefix) throws IOException {
        try {
            return client
                    .listObjectsV2Paginator(request -> request.bucket(bucket).prefix(prefix + namePrefix))
                    .contents()
                    .stream()
                    .map(S3Object::key)
                    .map(key -> key.substring(prefix.length()))
                    .sorted()
                    .toList();
        } catch (SdkException e) {
            throw new IOException(
                    "s3://%s/%s%s cannot be listed: %s".formatted(bucket, prefix, namePrefix, reason(e)), e);
        }
    }

    @Override
    public void close() {
        client.close();
    }

    private static S3Client client(StorageConfig config) {
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECT_TIMEOUT)
                        .socketTimeout(SILENCE_TIMEOUT))
                .overrideConfiguration(
                        override -> override.retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .maxAttempts(ATTEMPTS)
                                .build()))
                // What other stores than Amazon's do not all know: bodies in signed chunks, checksums nobody asked for.
                .serviceConfiguration(s3 -> s3.chunkedEncodingEnabled(false))
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .forcePathStyle(config.pathStyle());
        config.endpoint()
                .ifPresent(endpoint -> builder.endpointOverride(endpoint).region(Region.US_EAST_1));
        config.region().map(Region::of).ifPresent(builder::region);
        config.keys()
                .map(keys ->
                        AwsBasicCredentials.create(keys.access(), keys.secret().value()))
                .map(StaticCredentialsProvider::create)
                .ifPresent(builder::credentialsProvider);
        return builder.build();
    }

    private String key(String name) {
        return prefix + ObjectName.require(name);
    }

    private static InputStream opened(ObjectContent.Source source) {
        try {
            return source.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isNotFound(SdkException e) {
        return e instanceof S3Exception answer
                && answer.statusCode() == NOT_FOUND
                && (answer.awsErrorDetails() == null
                        || !"NoSuchBucket".equals(answer.awsErrorDetails().errorCode()));
    }

    private IOException failure(String name, String what, SdkException e) {
        return new IOException("%s %s: %s".formatted(uri(name), what, reason(e)), e);
    }

    /** The store's own words with the HTTP status, or the library's where there was no answer. */
    private static String reason(SdkException e) {
        if (e instanceof S3Exception answer && answer.awsErrorDetails() != null) {
            var details = answer.awsErrorDetails();
            String code = details.errorCode() == null ? "" : details.errorCode() + " ";
            String message = details.errorMessage() == null ? "" : details.errorMessage() + " ";
            return oneLine("%s%s(HTTP %d)".formatted(code, message, answer.statusCode()));
        }
        return oneLine(String.valueOf(e.getMessage()));
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }
}
