package io.rangestream.schemas.storage;

import io.rangestream.schemas.hash.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What is to be stored. It can be read more than once, as a store may have to try again.
 *
 * @param length bytes
 * @param sha256 hash of all of them, lower-case hexadecimal
 * @param source gives the bytes, each time from the first
 */
public record ObjectContent(long length, String sha256, Source source) {

    /** Where the bytes come from. */
    @FunctionalInterface
    public interface Source {
        /** A new stream of all bytes; the caller closes it. */
        InputStream open() throws IOException;
    }

    public ObjectContent {
        if (length < 0 || !sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("no content: %d bytes with SHA-256 '%s'".formatted(length, sha256));
        }
    }

    /** The bytes of an array, which must not change any more. */
    public static ObjectContent of(byte[] bytes) {
        return new ObjectContent(bytes.length, Sha256.of(bytes), () -> new ByteArrayInputStream(bytes));
    }

    /** The bytes of a file that nobody changes meanwhile. */
    public static ObjectContent of(Path file, String sha256) throws IOException {
        return new ObjectContent(Files.size(file), sha256, () -> Files.newInputStream(file));
    }
}
