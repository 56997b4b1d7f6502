package io.rangestream.schemas.storage;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;

/**
 * Whole objects by name. An object appears with all of its content or not at all, and an existing one is replaced. Implementations
 * are thread-safe.
 *
 * <p>A name has one or more parts of letters, digits, {@code . _ = + -}, separated by {@code /}; no part begins with a dot. Every
 * failure is an {@link IOException} whose message is one line and names the object's URI.
 */
public interface ObjectStore extends AutoCloseable {
    /** Where the object of this name lies, whether or not it is there. */
    URI uri(String name);

    /**
     * Stores an object durably.
     *
     * @throws IOException if it cannot be stored, or its bytes are not those that its hash was taken of; then nothing has changed
     */
    void put(String name, ObjectContent content) throws IOException;

    /**
     * The bytes of an object, not verified: whoever reads them knows the hash they should have. The caller closes the stream.
     *
     * @throws ObjectNotFoundException if there is none
     */
    InputStream open(String name) throws IOException;

    /** Whether there is an object of this name. */
    boolean exists(String name) throws IOException;

    /** Removes an object if there is one. */
    void delete(String name) throws IOException;

    /** The names that begin with a prefix, in the order of their characters. */
    List<String> list(String prefix) throws IOException;

    @Override
    void close();
}
