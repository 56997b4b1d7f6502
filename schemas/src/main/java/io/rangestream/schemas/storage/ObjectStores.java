package io.rangestream.schemas.storage;

import io.rangestream.schemas.config.ConfigurationException;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Opens stores by their location: {@code s3://bucket/prefix}, a {@code file:} URI, or the path of a directory. */
public final class ObjectStores {
    private static final String S3_LIBRARY = "software.amazon.awssdk.services.s3.S3Client";

    private ObjectStores() {}

    /**
     * Opens a store; nothing is asked of it yet.
     *
     * @throws ConfigurationException if the location is none, or S3 is asked for and its library is not on the class path
     */
    public static ObjectStore open(String location, StorageConfig config) {
        if (location.startsWith("s3:")) {
            requireS3Library(location);
            return S3Store.open(uri(location), config);
        }
        if (location.startsWith("file:")) {
            return new DirectoryStore(path(uri(location)));
        }
        if (location.isBlank() || location.contains("://")) {
            throw new ConfigurationException(
                    "'%s' is neither s3://bucket/prefix nor a file: URI nor the path of a directory"
                            .formatted(location));
        }
        try {
            return new DirectoryStore(Path.of(location));
        } catch (InvalidPathException e) {
            throw new ConfigurationException("'%s' is no path: %s".formatted(location, e.getReason()));
        }
    }

    private static URI uri(String location) {
        try {
            return URI.create(location);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("'%s' is no URI: %s".formatted(location, e.getMessage()));
        }
    }

    private static Path path(URI uri) {
        try {
            return Path.of(uri);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("'%s' is no file: URI: %s".formatted(uri, e.getMessage()));
        }
    }

    private static void requireS3Library(String location) {
        try {
            Class.forName(S3_LIBRARY, false, ObjectStores.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new ConfigurationException(
                    "'%s' needs software.amazon.awssdk:s3 and url-connection-client on the class path"
                            .formatted(location));
        }
    }
}
